import HTTPClientAdapter
import Testing

@Suite("Target policy")
struct TargetPolicyTests {
    /// For every block: its first address, its last, and what the refusal names.
    static let refused: [(address: String, range: String)] = [
        ("0.0.0.0", "0.0.0.0/8"), ("0.255.255.255", "0.0.0.0/8"),
        ("10.0.0.0", "10.0.0.0/8"), ("10.255.255.255", "10.0.0.0/8"),
        ("100.64.0.0", "100.64.0.0/10"), ("100.100.100.200", "100.64.0.0/10"), ("100.127.255.255", "100.64.0.0/10"),
        ("127.0.0.0", "127.0.0.0/8"), ("127.0.0.1", "127.0.0.0/8"), ("127.255.255.255", "127.0.0.0/8"),
        ("169.254.0.0", "169.254.0.0/16"), ("169.254.169.254", "169.254.0.0/16"), ("169.254.255.255", "169.254.0.0/16"),
        ("172.16.0.0", "172.16.0.0/12"), ("172.31.255.255", "172.16.0.0/12"),
        ("192.0.0.0", "192.0.0.0/24"), ("192.0.0.192", "192.0.0.0/24"), ("192.0.0.255", "192.0.0.0/24"),
        ("192.0.2.0", "192.0.2.0/24"), ("192.0.2.255", "192.0.2.0/24"),
        ("192.88.99.0", "192.88.99.0/24"), ("192.88.99.255", "192.88.99.0/24"),
        ("192.168.0.0", "192.168.0.0/16"), ("192.168.255.255", "192.168.0.0/16"),
        ("198.18.0.0", "198.18.0.0/15"), ("198.19.255.255", "198.18.0.0/15"),
        ("198.51.100.0", "198.51.100.0/24"), ("198.51.100.255", "198.51.100.0/24"),
        ("203.0.113.0", "203.0.113.0/24"), ("203.0.113.255", "203.0.113.0/24"),
        ("168.63.129.16", "168.63.129.16/32"),
        ("224.0.0.0", "224.0.0.0/4"), ("239.255.255.255", "224.0.0.0/4"),
        ("240.0.0.0", "240.0.0.0/4"), ("255.255.255.254", "240.0.0.0/4"), ("255.255.255.255", "255.255.255.255/32"),
        ("::", "::/128"), ("::1", "::1/128"), ("::2", "::/96"), ("::8.8.8.8", "::/96"),
        ("::ffff:127.0.0.1", "127.0.0.0/8"), ("::ffff:a9fe:a9fe", "169.254.0.0/16"), ("::ffff:10.1.2.3", "10.0.0.0/8"),
        ("::ffff:0:8.8.8.8", "::/0"),
        ("64:ff9b::10.0.0.1", "10.0.0.0/8"), ("64:ff9b::7f00:1", "127.0.0.0/8"),
        ("64:ff9b:1::", "64:ff9b:1::/48"), ("64:ff9b:1:ffff::8.8.8.8", "64:ff9b:1::/48"), ("64:ff9b:2::1", "::/0"),
        ("100::", "100::/64"), ("100::ffff:ffff:ffff:ffff", "100::/64"), ("100:0:0:1::1", "100:0:0:1::/64"),
        ("2001::", "2001::/32"), ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001::/32"),
        ("2001:1::1", "2001::/23"), ("2001:2::", "2001:2::/48"), ("2001:10::1", "2001::/23"), ("2001:20::1", "2001::/23"),
        ("2001:1ff:ffff::", "2001::/23"),
        ("2001:db8::", "2001:db8::/32"), ("2001:db8:ffff::1", "2001:db8::/32"),
        ("2002:a00:1::", "10.0.0.0/8"), ("2002:7f00:1::1", "127.0.0.0/8"), ("2002:c0a8:101::", "192.168.0.0/16"),
        ("3fff::", "3fff::/20"), ("3fff:fff:ffff::1", "3fff::/20"),
        ("4000::1", "::/0"), ("5f00::1", "5f00::/16"), ("8000::1", "::/0"), ("1::1", "::/0"), ("200::1", "::/0"),
        ("fc00::", "fc00::/7"), ("fd00:ec2::254", "fc00::/7"), ("fdff:ffff::1", "fc00::/7"), ("fe00::1", "::/0"),
        ("fe80::", "fe80::/10"), ("febf::1", "fe80::/10"), ("fec0::1", "fec0::/10"), ("feff::1", "fec0::/10"),
        ("ff00::", "ff00::/8"), ("ff02::1", "ff00::/8"),
    ]

    @Test("An address that is not public is refused, and the refusal names its range", arguments: refused)
    func refuses(address: String, range: String) throws {
        let refusal = TargetPolicy().refusal(of: try ip(address))
        #expect(refusal?.range.description == range)
        #expect(refusal?.purpose.isEmpty == false)
    }

    @Test(
        "A public address may be reached, also right beside a range that may not",
        arguments: [
            "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.88.98.255", "192.88.100.0",
            "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255",
            "203.0.114.0",
            "168.63.129.15", "168.63.129.17", "223.255.255.255",
            "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2000::1", "2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::1", "2001:db9::1",
            "2002:808:808::1", "2003::1", "2606:4700:4700::1111", "3ffe:ffff::1", "3fff:1000::1",
        ])
    func allows(address: String) throws {
        #expect(TargetPolicy().refusal(of: try ip(address)) == nil)
    }

    @Test("An allowed block opens exactly itself")
    func allowedBlock() throws {
        let policy = TargetPolicy(allowed: [try CIDR("10.1.0.0/16"), try CIDR("fd12::/16")])
        for inside in ["10.1.0.0", "10.1.255.255", "::ffff:10.1.2.3", "fd12::1", "fd12:ffff::1", "8.8.8.8"] {
            #expect(policy.refusal(of: try ip(inside)) == nil, "\(inside)")
        }
        for outside in ["10.0.255.255", "10.2.0.0", "::ffff:10.2.0.0", "fd13::1", "127.0.0.1", "64:ff9b::10.1.2.3", "2002:a01:203::1"] {
            #expect(policy.refusal(of: try ip(outside)) != nil, "\(outside)")
        }
    }

    @Test("One address that may not be reached refuses them all")
    func oneBadRefusesAll() throws {
        let good = try ip("8.8.8.8")
        let bad = try ip("10.0.0.1")
        #expect(TargetPolicy().refusal(of: [good, good]) == nil)
        #expect(TargetPolicy().refusal(of: [good, bad])?.range.description == "10.0.0.0/8")
        #expect(TargetPolicy().refusal(of: [bad, good]) != nil)
    }

    @Test("A refusal names the range and never the address")
    func refusalHidesAddress() throws {
        let refusal = try #require(TargetPolicy().refusal(of: try ip("10.11.12.13")))
        #expect(refusal.description == "10.0.0.0/8 (private use, RFC 1918)")
    }
}

@Suite("Addresses and blocks")
struct AddressTests {
    @Test(
        "An address is read and written canonically",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("1.2.3.4", "1.2.3.4"), ("::", "::"), ("::1", "::1"),
            ("1::", "1::"), ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
            ("0:0:0:0:0:ffff:7f00:1", "::ffff:127.0.0.1"),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4"), ("64:ff9b::1.2.3.4", "64:ff9b::102:304"), ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
            ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
        ])
    func canonical(text: String, expected: String) throws {
        let address = try ip(text)
        #expect(address.description == expected)
        #expect(IPAddress(address.description) == address)
    }

    @Test(
        "Whatever is not a strict spelling is not an address",
        arguments: [
            "", "1", "127.1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "0x7f.0.0.1", "2130706433", "1.2.3.4 ", " 1.2.3.4",
            "1.2.3.", ".1.2.3", "1..2.3", "+1.2.3.4", "-1.2.3.4", "1.2.3.4/8", "localhost", ":", ":::", "1:::2", "::1::", "1::2::3",
            "12345::",
            "g::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1.2.3.4::", "::1.2.3.4:5", "::1.2.3",
            "::01.2.3.4", "fe80::1%eth0", "[::1]", ":1", "1:", "+1::", "::-1", "1:2:3:4:5:6:7:1.2.3.4",
            "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
        ])
    func notAnAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("A block is read, and holds its first and last address and none beside")
    func blocks() throws {
        let block = try CIDR("172.16.0.0/12")
        #expect(block.description == "172.16.0.0/12")
        #expect(block.contains(try ip("172.16.0.0")))
        #expect(block.contains(try ip("172.31.255.255")))
        #expect(!block.contains(try ip("172.15.255.255")))
        #expect(!block.contains(try ip("172.32.0.0")))
        #expect(!block.contains(try ip("::172.16.0.0")))
        #expect(try CIDR("0.0.0.0/0").contains(try ip("255.1.1.1")))
        #expect(try !CIDR("0.0.0.0/0").contains(try ip("::1")))
        #expect(try CIDR("::/0").contains(try ip("ffff::1")))
        #expect(try CIDR("127.0.0.1").description == "127.0.0.1/32")
        #expect(try CIDR("::1").description == "::1/128")
        #expect(try CIDR("2001:db8::/33").contains(try ip("2001:db8:7fff::")))
        #expect(try !CIDR("2001:db8::/33").contains(try ip("2001:db8:8000::")))
    }

    @Test(
        "A text that is not a block says what is wrong with it",
        arguments: [
            ("", CIDRError.address), ("10", .address), ("localhost/8", .address), ("/8", .address), ("10.0.0/8", .address),
            ("10.0.0.0/", .prefixLength(most: 32)), ("10.0.0.0/33", .prefixLength(most: 32)), ("10.0.0.0/-1", .prefixLength(most: 32)),
            ("10.0.0.0/+8", .prefixLength(most: 32)), ("10.0.0.0/8/8", .prefixLength(most: 32)), ("::/129", .prefixLength(most: 128)),
            ("::/9999999999999999999999", .prefixLength(most: 128)), ("10.0.0.1/8", .hostBits(shouldBe: "10.0.0.0/8")),
            ("fd00::1/8", .hostBits(shouldBe: "fd00::/8")),
        ])
    func badBlocks(text: String, expected: CIDRError) {
        #expect(throws: expected) { try CIDR(text) }
    }
}
