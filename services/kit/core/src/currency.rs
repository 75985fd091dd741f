//! Currencies of ISO 4217, with the number of digits behind the point.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Active currencies with two digits behind the point (ISO 4217 list one; funds, metals and test codes left out).
const TWO_DIGITS: &str = "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD \
    CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF \
    IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN \
    MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD \
    SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW ZWG";
const NO_DIGITS: &str = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF";
const THREE_DIGITS: &str = "BHD IQD JOD KWD LYD OMR TND";

/// A currency by its three-letter code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// The text is no active ISO 4217 code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be an ISO 4217 currency code such as EUR")]
pub struct CurrencyError;

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");
    /// The United States dollar.
    pub const USD: Self = Self(*b"USD");

    /// The code: three capital letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a code is ASCII")
    }

    /// Digits behind the point: 100 minor units make one major unit when it is 2.
    pub fn digits(&self) -> u32 {
        if lists(NO_DIGITS, self.code()) {
            0
        } else if lists(THREE_DIGITS, self.code()) {
            3
        } else {
            2
        }
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let code = <[u8; 3]>::try_from(text.as_bytes()).map_err(|_| CurrencyError)?;
        let known = [TWO_DIGITS, NO_DIGITS, THREE_DIGITS]
            .iter()
            .any(|list| lists(list, text));
        known.then_some(Self(code)).ok_or(CurrencyError)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

fn lists(list: &str, code: &str) -> bool {
    list.split_ascii_whitespace().any(|listed| listed == code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_checked_against_the_list() {
        assert_eq!("EUR".parse(), Ok(Currency::EUR));
        for bad in ["", "eur", "EURO", "XXX", "E R", "€"] {
            assert_eq!(bad.parse::<Currency>(), Err(CurrencyError), "{bad}");
        }
    }

    #[test]
    fn digits_follow_the_standard() {
        let digits = |code: &str| code.parse::<Currency>().expect("listed").digits();
        assert_eq!((digits("USD"), digits("JPY"), digits("KWD")), (2, 0, 3));
    }
}
