/// Lists about parties and places. As in release 1.3.16 of the EN 16931 validation artefacts.
extension CodeList {
    /// Scheme identifiers of party, legal registration, item and delivery location identifiers (BT-29-1, BT-30-1, BT-46-1, BT-47-1,
    /// BT-60-1, BT-61-1, BT-71-1, BT-157-1): BR-CL-10, -11, -21 and -26; alike in UBL and CII.
    ///
    /// BR-CL-10 for UBL also takes `SEPA` (the creditor identifier, BT-90) in the seller's and the payee's party; that is the rule's to
    /// add.
    public static let identifierSchemes = CodeList(
        "ISO/IEC 6523 ICD",
        """
        0002 0003 0004 0005 0006 0007 0008 0009 0010 0011 0012 0013 0014 0015 0016 0017 0018 0019 0020 0021 0022 0023 0024 0025 0026
        0027 0028 0029 0030 0031 0032 0033 0034 0035 0036 0037 0038 0039 0040 0041 0042 0043 0044 0045 0046 0047 0048 0049 0050 0051
        0052 0053 0054 0055 0056 0057 0058 0059 0060 0061 0062 0063 0064 0065 0066 0067 0068 0069 0070 0071 0072 0073 0074 0075 0076
        0077 0078 0079 0080 0081 0082 0083 0084 0085 0086 0087 0088 0089 0090 0091 0093 0094 0095 0096 0097 0098 0099 0100 0101 0102
        0104 0105 0106 0107 0108 0109 0110 0111 0112 0113 0114 0115 0116 0117 0118 0119 0120 0121 0122 0123 0124 0125 0126 0127 0128
        0129 0130 0131 0132 0133 0134 0135 0136 0137 0138 0139 0140 0141 0142 0143 0144 0145 0146 0147 0148 0149 0150 0151 0152 0153
        0154 0155 0156 0157 0158 0159 0160 0161 0162 0163 0164 0165 0166 0167 0168 0169 0170 0171 0172 0173 0174 0175 0176 0177 0178
        0179 0180 0183 0184 0185 0186 0187 0188 0189 0190 0191 0192 0193 0194 0195 0196 0197 0198 0199 0200 0201 0202 0203 0204 0205
        0206 0207 0208 0209 0210 0211 0212 0213 0214 0215 0216 0217 0218 0219 0220 0221 0222 0223 0224 0225 0226 0227 0228 0229 0230
        0231 0232 0233 0234 0235 0236 0237 0238 0239 0240 0241 0242 0243 0244 0245 0246 0247 0248
        """)

    /// Scheme identifiers of electronic addresses (BT-34-1, BT-49-1), BR-CL-25; alike in UBL and CII.
    public static let endpointSchemes = CodeList(
        "CEF Electronic Address Scheme (EAS)",
        """
        0002 0007 0009 0037 0060 0088 0096 0097 0106 0130 0135 0142 0147 0151 0154 0158 0170 0177 0183 0184 0188 0190 0191 0192 0193
        0194 0195 0196 0198 0199 0200 0201 0202 0203 0204 0205 0208 0209 0210 0211 0212 0213 0215 0216 0217 0218 0219 0220 0221 0225
        0230 0235 0240 0244 0242 0245 0246 0248 9910 9913 9914 9915 9918 9919 9920 9922 9923 9924 9925 9926 9927 9928 9929 9930 9931
        9932 9933 9934 9935 9936 9937 9938 9939 9940 9941 9942 9943 9944 9945 9946 9947 9948 9949 9950 9951 9952 9953 9957 9959 AN AQ
        AS AU EM
        """)

    /// Country codes (BT-40, BT-55, BT-69, BT-80, BT-159), BR-CL-14 and -15 for UBL: ISO 3166-1 alpha-2 with two user-assigned codes, 1A
    /// for Kosovo and XI for Northern Ireland. `EL` is no country code here; see `vatPrefixes`.
    public static let countries = CodeList(
        "ISO 3166-1 alpha-2, 1A, XI",
        """
        1A AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF
        CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI
        GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ
        LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO
        NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST
        SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XI YE YT ZA ZM ZW
        """)

    /// BR-CL-14 and -15 for CII, whose list still has the withdrawn AN and lacks SS.
    public static let countriesCII = CodeList(
        "ISO 3166-1 alpha-2, 1A, XI, CII", like: countries, adding: "AN", without: "SS")

    /// The first two letters of a VAT identifier (BT-31, BT-48, BT-63), BR-CO-09 for UBL: the country codes and Greece's EL. The rule
    /// tests them by `textContains`.
    public static let vatPrefixes = CodeList(
        "ISO 3166-1 alpha-2, 1A, EL, XI", like: countries, adding: "EL")

    /// BR-CO-09 for CII; the rule tests by `contains`.
    public static let vatPrefixesCII = CodeList(
        "ISO 3166-1 alpha-2, 1A, EL, XI, CII", like: countriesCII, adding: "EL")
}
