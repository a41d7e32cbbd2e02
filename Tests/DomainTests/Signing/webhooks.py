"""Checks signed webhooks with the reference library from PyPI and with the function that the documentation gives to receivers.

usage: webhooks.py <documentation> <cases>

The cases are lines of JSON: key, id, timestamp, signature, body (Base64), valid. Prints messages that the reference library signed, one
`signed {…}` a line, then `ok <cases>`; or what was wrong, and ends with 1. Run by a virtual environment that holds standardwebhooks and
cryptography.
"""

import base64
import datetime
import json
import re
import secrets
import sys

from standardwebhooks import Webhook


def fail(reason):
    print(reason)
    sys.exit(1)


def documented(path):
    """The function `verify` of the documentation's one block of Python."""
    with open(path, encoding="utf-8") as file:
        blocks = re.findall(r"^```python\n(.*?)^```", file.read(), re.DOTALL | re.MULTILINE)
    if len(blocks) != 1:
        fail(f"{len(blocks)} blocks of Python in {path}, and there should be one")
    names = {}
    exec(compile(blocks[0], path, "exec"), names)
    return names["verify"]


def believes(verify, *arguments):
    try:
        verify(*arguments)
        return True
    except Exception:
        return False


def main():
    verify = documented(sys.argv[1])
    with open(sys.argv[2], encoding="utf-8") as file:
        cases = [json.loads(line) for line in file]
    for number, case in enumerate(cases):
        body = base64.b64decode(case["body"])
        headers = {f"webhook-{name}": case[name] for name in ("id", "timestamp", "signature")}
        if case["key"].startswith("whsec_") and believes(Webhook(case["key"]).verify, body, headers) != case["valid"]:
            fail(f"the reference library thinks otherwise of case {number}: {case}")
        if believes(verify, [case["key"]], headers, body) != case["valid"]:
            fail(f"the documented function thinks otherwise of case {number}: {case}")
    for number in range(50):
        key = secrets.token_bytes(24 + number % 41)
        now = datetime.datetime.now(tz=datetime.timezone.utc)
        body = json.dumps({"number": number, "text": "€" * (number % 7)}, ensure_ascii=number % 2 == 0)
        signature = Webhook(key).sign(f"msg_{number}", now, body)
        print("signed " + json.dumps({
            "key": "whsec_" + base64.b64encode(key).decode(), "id": f"msg_{number}", "timestamp": str(int(now.timestamp())),
            "signature": signature, "body": base64.b64encode(body.encode()).decode(), "valid": True,
        }))
    print(f"ok {len(cases)}")


main()
