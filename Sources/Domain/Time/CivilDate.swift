/// A day of the proleptic Gregorian calendar. The arithmetic is Howard Hinnant's, "chrono-Compatible Low-Level Date
/// Algorithms", for years from 0 on: a year is taken to start in March, so that the leap day is its last.
struct CivilDate {
    let year: Int
    let month: Int
    let day: Int

    /// Days from 0000-03-01 to 0001-01-01 and to 1970-01-01.
    private static let yearOne = 306
    private static let epoch = 719_468

    /// The day `days` after 0001-01-01; `days` must not be negative.
    init(daysSinceYearOne days: Int) {
        let shifted = days + Self.yearOne
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// The day `days` after 1970-01-01; from year 0 on.
    init(daysSinceEpoch days: Int) { self.init(daysSinceYearOne: days + Self.epoch - Self.yearOne) }

    /// Days from 1970-01-01 to the date, negative before; year from 0 to 9999, month and day as the calendar has them.
    static func daysSinceEpoch(year: Int, month: Int, day: Int) -> Int {
        let marchMonth = month > 2 ? month - 3 : month + 9
        let dayOfYear = (153 * marchMonth + 2) / 5 + day - 1
        // January and February of year 0 belong to the March year -1; 400 years are added and taken away again.
        let marchYear = (month > 2 ? year : year - 1) + 400
        let era = marchYear / 400
        let yearOfEra = marchYear % 400
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - epoch - 146_097
    }

    static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// 0 is Sunday; `days` counts from 1970-01-01, a Thursday, and is negative before.
    static func weekday(daysSinceEpoch days: Int) -> Int {
        let remainder = (days + 4) % 7
        return remainder < 0 ? remainder + 7 : remainder
    }
}
