/// Lists about the document as a whole and its references. As in release 1.3.16 of the EN 16931 validation artefacts.
extension CodeList {
    /// Invoice type code (BT-3) of an invoice: the invoice part of UNTDID 1001. BR-CL-01 for a UBL Invoice.
    public static let invoiceTypes = CodeList(
        "UNTDID 1001, invoices",
        """
        71 80 81 82 84 102 130 202 203 204 211 218 219 295 325 326 331 380 382 383 384 385 386 387 388 389 390 393 394 395 456 457 471
        472 473 500 501 527 553 575 623 633 751 780 817 870 875 876 877 935
        """)

    /// Invoice type code (BT-3) of a credit note: the credit note part of UNTDID 1001. BR-CL-01 for a UBL CreditNote. The code 81 is in
    /// both parts.
    public static let creditNoteTypes = CodeList(
        "UNTDID 1001, credit notes",
        """
        81 83 261 262 296 308 381 396 420 458 502 503 532
        """)

    /// Invoice type code (BT-3), both parts in one: BR-CL-01 for CII, which has one document element.
    public static let documentTypesCII = CodeList(
        "UNTDID 1001, invoices and credit notes", like: invoiceTypes, adding: "83 261 262 296 308 381 396 420 458 502 503 532")

    /// Value added tax point date code (BT-8) in the semantic model and UBL, BR-CL-06: 3 is the issue of the invoice, 35 the delivery,
    /// 432 the payment.
    public static let taxPointDates = CodeList(
        "UNTDID 2005, restricted",
        """
        3 35 432
        """)

    /// Value added tax point date code (BT-8) in CII, BR-CL-06: 5, 29 and 72 stand for 3, 35 and 432 of `taxPointDates`.
    public static let taxPointDatesCII = CodeList(
        "UNTDID 2475, restricted",
        """
        5 29 72
        """)

    /// Invoice note subject code (BT-21), BR-CL-08 for UBL. There it stands between two # signs at the beginning of the note, and the
    /// rule tests it by `textContains`.
    public static let noteSubjects = CodeList(
        "UNTDID 4451",
        """
        AAA AAB AAC AAD AAE AAF AAG AAI AAJ AAK AAL AAM AAN AAO AAP AAQ AAR AAS AAT AAU AAV AAW AAX AAY AAZ ABA ABB ABC ABD ABE ABF
        ABG ABH ABI ABJ ABK ABL ABM ABN ABO ABP ABQ ABR ABS ABT ABU ABV ABW ABX ABZ ACA ACB ACC ACD ACE ACF ACG ACH ACI ACJ ACK ACL
        ACM ACN ACO ACP ACQ ACR ACS ACT ACU ACV ACW ACX ACY ACZ ADA ADB ADC ADD ADE ADF ADG ADH ADI ADJ ADK ADL ADM ADN ADO ADP ADQ
        ADR ADS ADT ADU ADV ADW ADX ADY ADZ AEA AEB AEC AED AEE AEF AEG AEH AEI AEJ AEK AEL AEM AEN AEO AEP AEQ AER AES AET AEU AEV
        AEW AEX AEY AEZ AFA AFB AFC AFD AFE AFF AFG AFH AFI AFJ AFK AFL AFM AFN AFO AFP AFQ AFR AFS AFT AFU AFV AFW AFX AFY AFZ AGA
        AGB AGC AGD AGE AGF AGG AGH AGI AGJ AGK AGL AGM AGN AGO AGP AGQ AGR AGS AGT AGU AGV AGW AGX AGY AGZ AHA AHB AHC AHD AHE AHF
        AHG AHH AHI AHJ AHK AHL AHM AHN AHO AHP AHQ AHR AHS AHT AHU AHV AHW AHX AHY AHZ AIA AIB AIC AID AIE AIF AIG AIH AII AIJ AIK
        AIL AIM AIN AIO AIP AIQ AIR AIS AIT AIU AIV AIW AIX AIY AIZ AJA AJB ALC ALD ALE ALF ALG ALH ALI ALJ ALK ALL ALM ALN ALO ALP
        ALQ ARR ARS AUT AUU AUV AUW AUX AUY AUZ AVA AVB AVC AVD AVE AVF BAG BAH BAI BAJ BAK BAL BAM BAN BAO BAP BAQ BAR BAS BLC BLD
        BLE BLF BLG BLH BLI BLJ BLK BLL BLM BLN BLO BLP BLQ BLR BLS BLT BLU BLV BLW BLX BLY BLZ BMA BMB BMC BMD BME CCI CEX CHG CIP
        CLP CLR COI CUR CUS DAR DCL DEL DIN DOC DUT EUR FBC GBL GEN GS7 HAN HAZ ICN IIN IMI IND INS INV IRP ITR ITS LAN LIN LOI MCO
        MDH MKS ORI OSI PAC PAI PAY PKG PKT PMD PMT PRD PRF PRI PUR QIN QQD QUT RAH REG RET REV RQR SAF SIC SIN SLR SPA SPG SPH SPP
        SPT SRN SSR SUR TCA TDT TRA TRR TXD WHI ZZZ
        """)

    /// Invoice note subject code (BT-21), BR-CL-08 for CII, whose list is 18 codes longer; the rule tests it by `contains`.
    public static let noteSubjectsCII = CodeList(
        "UNTDID 4451, CII",
        like: noteSubjects,
        adding: "BAT BAU BAV BAW BAX BAY BAZ BBA BBB BMF BMG BMH CCJ CCK CCL CCM CCN CCO")

    /// Attached document MIME code (BT-125-1), BR-CL-24. The rule compares the attribute as it is, without dropping white space.
    public static let attachmentTypes = CodeList(
        "MIME media types of attachments",
        """
        application/pdf image/png image/jpeg text/csv application/vnd.openxmlformats-officedocument.spreadsheetml.sheet
        application/vnd.oasis.opendocument.spreadsheet
        """)
}
