"""A SOAP service made with spyne, and what zeep makes of its description: peers that know nothing of this engine.

    peers.py serve                  prints "port N" and serves until its standard input ends
    peers.py compare PORT ENVELOPE  compares the envelope with the one that zeep makes for the same operation and values

The service asks for the user "ada" with the password "pa:ss & word", answers in gzip when it is asked to, and gives back what it got.
"""
import base64
import gzip
import json
import os
import sys
import threading
from wsgiref.simple_server import WSGIRequestHandler, make_server

NAMESPACE = "urn:peers:invoices"
USER, PASSWORD = "ada", "pa:ss & word"


def service(protocol_in, protocol_out):
    from spyne import Application, Fault, ServiceBase, Unicode, rpc
    from spyne.server.wsgi import WsgiApplication

    class Invoices(ServiceBase):
        @rpc(Unicode, Unicode, _in_variable_names={"since": "from", "until": "to"}, _returns=Unicode)
        def GetInvoices(ctx, since, until):
            if since == "server":
                raise Fault("Server.Busy", "come back\nlater, " + until)
            if since == "client":
                raise Fault("Client.Asking", "not like this")
            field = ctx.transport.req_env.get("HTTP_SOAPACTION", "") + ctx.transport.req_env.get("CONTENT_TYPE", "")
            return json.dumps({"from": since, "to": until, "binding": field, "batch": BATCH})

    return WsgiApplication(Application([Invoices], NAMESPACE, in_protocol=protocol_in, out_protocol=protocol_out))


BATCH = '<?xml version="1.0"?><Invoices>' + "".join(
    f'<Invoice no="{n}"><InvoiceNumber>INV-{n}</InvoiceNumber><Note>a &amp; b ]]&gt; \u0639 {n}</Note></Invoice>' for n in range(500)
) + "</Invoices>"


def guarded(applications):
    expected = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def application(environ, start_response):
        query = environ.get("QUERY_STRING", "")
        if query != "wsdl" and environ.get("HTTP_AUTHORIZATION") != expected:
            start_response("401 Unauthorized", [("WWW-Authenticate", 'Basic realm="peers"'), ("Content-Type", "text/html")])
            return [b"<html>no</html>"]
        started = []
        inner = applications[environ["PATH_INFO"]]
        body = b"".join(inner(environ, lambda status, headers, *rest: started.append((status, headers))))
        status, headers = started[-1]
        headers = [h for h in headers if h[0].lower() != "content-length"]
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", "") and query != "wsdl":
            body = gzip.compress(body)
            headers.append(("Content-Encoding", "gzip"))
        start_response(status, headers + [("Content-Length", str(len(body)))])
        return [body]

    return application


class Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve():
    import logging

    logging.disable(logging.CRITICAL)
    from spyne.protocol.soap import Soap11, Soap12

    application = guarded({
        "/v11": service(Soap11(validator="lxml"), Soap11()),
        "/v12": service(Soap12(validator="lxml"), Soap12()),
    })
    server = make_server("127.0.0.1", 0, application, handler_class=Quiet)
    print("port", server.server_port, flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
    os._exit(0)


def compare(port, path):
    import zeep
    from lxml import etree

    def shape(element):
        children = [shape(child) for child in element]
        return (element.tag, dict(element.attrib), (element.text or "") if not children else "", children)

    client = zeep.Client(f"http://127.0.0.1:{port}/v11?wsdl")
    with open(path, encoding="utf-8") as file:
        case = json.load(file)
    expected = client.create_message(client.service, "GetInvoices", **{"from": case["from"], "to": case["to"]})
    actual = etree.fromstring(case["envelope"].encode())
    if shape(expected) != shape(actual):
        print("zeep:", etree.tostring(expected).decode(), "\nours:", case["envelope"])
        sys.exit(1)
    print("ok")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        compare(sys.argv[2], sys.argv[3])
