//! Money in whole minor units. There is no floating point anywhere near a price.

use std::fmt;

use thiserror::Error;

use crate::Currency;

/// An amount of one currency; negative amounts are refunds and debts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Money {
    currency: Currency,
    minor: i64,
}

/// Why two amounts have no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Amounts of different currencies are never added.
    #[error("{0} and {1} are different currencies")]
    Currencies(Currency, Currency),
    /// The result does not fit into 64 bits.
    #[error("the amount is too large")]
    Overflow,
}

impl Money {
    /// `minor` hundredths of a euro, or whole yen: see [`Currency::digits`].
    pub const fn new(currency: Currency, minor: i64) -> Self {
        Self { currency, minor }
    }

    /// Nothing, in this currency.
    pub const fn zero(currency: Currency) -> Self {
        Self::new(currency, 0)
    }

    /// The currency.
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The amount in minor units.
    pub const fn minor(&self) -> i64 {
        self.minor
    }

    /// Whether there is nothing to pay.
    pub const fn is_zero(&self) -> bool {
        self.minor == 0
    }

    /// The sum.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_add)
    }

    /// The difference, which may be negative.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.combine(other, i64::checked_sub)
    }

    /// The price of `count` pieces.
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(count)).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    fn combine(self, other: Self, with: fn(i64, i64) -> Option<i64>) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        let minor = with(self.minor, other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }
}

/// `12.50 EUR`: for logs and plain-text mail. What people see in the browser is formatted there, in their language.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits = self.currency.digits();
        let unit = 10_u64.pow(digits);
        let (major, minor) = (self.minor.unsigned_abs() / unit, self.minor.unsigned_abs() % unit);
        match digits {
            0 => write!(f, "{sign}{major} {}", self.currency),
            digits => write!(
                f,
                "{sign}{major}.{minor:0width$} {}",
                self.currency,
                width = digits as usize
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn euro(minor: i64) -> Money {
        Money::new(Currency::EUR, minor)
    }

    #[test]
    fn arithmetic_is_checked() {
        assert_eq!(euro(1_250).plus(euro(50)), Ok(euro(1_300)));
        assert_eq!(euro(50).minus(euro(75)), Ok(euro(-25)));
        assert_eq!(euro(1_250).times(3), Ok(euro(3_750)));
        assert_eq!(euro(i64::MAX).plus(euro(1)), Err(MoneyError::Overflow));
        assert_eq!(euro(i64::MAX).times(2), Err(MoneyError::Overflow));
        let dollar = Money::zero(Currency::USD);
        assert_eq!(
            euro(1).plus(dollar),
            Err(MoneyError::Currencies(Currency::EUR, Currency::USD))
        );
    }

    #[test]
    fn amounts_read_as_people_write_them() {
        let yen = "JPY".parse().expect("listed");
        let dinar = "KWD".parse().expect("listed");
        assert_eq!(euro(-1_205).to_string(), "-12.05 EUR");
        assert_eq!(Money::new(yen, 500).to_string(), "500 JPY");
        assert_eq!(Money::new(dinar, 1_005).to_string(), "1.005 KWD");
        assert_eq!(euro(i64::MIN).to_string(), "-92233720368547758.08 EUR");
    }
}
