//! Collects every fault of a request, so that a form shows them all at once.
//!
//! ```
//! use kit_core::{Email, Line, Violations};
//!
//! # struct Request { email: String, name: String }
//! fn parse(request: &Request) -> Result<(Email, Line<1, 80>), Violations> {
//!     let mut violations = Violations::new();
//!     let email = violations.parse("email", &request.email);
//!     let name = violations.parse("name", &request.name);
//!     violations.finish((email, name))
//! }
//! # let faults = parse(&Request { email: "no".into(), name: "".into() }).unwrap_err();
//! # assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["email", "name"]);
//! ```

use std::fmt::{self, Display};
use std::str::FromStr;

use crate::{
    CurrencyError, EmailError, IdError, MoneyError, PageError, RequestIdError, SlugError, TextError, ZoneError,
};

/// Why a value was refused: a text for developers (`Display`) and a reason that programs switch on.
pub trait Fault: Display {
    /// `UPPER_SNAKE`, at most 63 characters.
    fn reason(&self) -> &'static str;
}

/// One fault of one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field in the request message: `agenda[2].title`.
    pub field: String,
    /// What programs switch on.
    pub reason: &'static str,
    /// What developers read: `must be …`.
    pub description: String,
}

/// The faults found so far, in the order in which the fields were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Violations {
    found: Vec<Violation>,
    prefix: String,
}

/// A value, or a tuple of values, each of which may have been refused.
pub trait All {
    /// The same without the options.
    type Output;

    /// `None` when any is missing.
    fn all(self) -> Option<Self::Output>;
}

// === impl Violations ===

impl Violations {
    /// Nothing wrong yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads a required text. `None` means that its fault has been noted.
    pub fn parse<T>(&mut self, field: &str, text: &str) -> Option<T>
    where
        T: FromStr<Err: Fault>,
    {
        let parsed = text.parse();
        self.take(field, parsed)
    }

    /// Reads a text that may be empty, which protobuf cannot tell from absent: `Some(None)`.
    pub fn optional<T>(&mut self, field: &str, text: &str) -> Option<Option<T>>
    where
        T: FromStr<Err: Fault>,
    {
        if text.is_empty() {
            Some(None)
        } else {
            self.parse(field, text).map(Some)
        }
    }

    /// Unwraps what a constructor returned, noting its fault.
    pub fn take<T, E: Fault>(&mut self, field: &str, result: Result<T, E>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(fault) => {
                self.add(field, fault.reason(), fault.to_string());
                None
            }
        }
    }

    /// Unwraps a message field that must be there.
    pub fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.add(field, "REQUIRED", "must be set");
        }
        value
    }

    /// Notes a fault unless `holds`.
    pub fn check(&mut self, field: &str, holds: bool, reason: &'static str, description: &str) {
        if !holds {
            self.add(field, reason, description);
        }
    }

    /// Notes a fault.
    pub fn add(&mut self, field: &str, reason: &'static str, description: impl Into<String>) {
        let field = format!("{}{field}", self.prefix);
        self.found.push(Violation {
            field,
            reason,
            description: description.into(),
        });
    }

    /// Reads a nested message: fields named inside are reported as `path.field`.
    pub fn within<T>(&mut self, path: &str, read: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.prefix.clone();
        self.prefix = format!("{outer}{path}.");
        let value = read(self);
        self.prefix = outer;
        value
    }

    /// Whether no fault has been noted.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// The faults.
    pub fn iter(&self) -> impl Iterator<Item = &Violation> {
        self.found.iter()
    }

    /// The values, if there was no fault at all.
    pub fn finish<T: All>(mut self, values: T) -> Result<T::Output, Self> {
        match values.all() {
            Some(values) if self.found.is_empty() => Ok(values),
            Some(_) => Err(self),
            None => {
                // A value can only be missing because its fault was noted. Should a caller pass a `None` of its own,
                // the request is refused all the same.
                if self.found.is_empty() {
                    self.add("", "REQUIRED", "a required value is missing");
                }
                Err(self)
            }
        }
    }
}

/// `email: must be …; name: must be …`
impl Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.found.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", violation.field, violation.description)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}

// === impl All ===

impl All for () {
    type Output = ();

    fn all(self) -> Option<()> {
        Some(())
    }
}

impl<T> All for Option<T> {
    type Output = T;

    fn all(self) -> Option<T> {
        self
    }
}

macro_rules! all {
    ($($name:ident),+) => {
        impl<$($name),+> All for ($(Option<$name>,)+) {
            type Output = ($($name,)+);

            #[expect(non_snake_case, reason = "the type parameters name the bindings")]
            fn all(self) -> Option<Self::Output> {
                let ($($name,)+) = self;
                Some(($($name?,)+))
            }
        }
    };
}

all!(A);
all!(A, B);
all!(A, B, C);
all!(A, B, C, D);
all!(A, B, C, D, E);
all!(A, B, C, D, E, F);
all!(A, B, C, D, E, F, G);
all!(A, B, C, D, E, F, G, H);
all!(A, B, C, D, E, F, G, H, I);
all!(A, B, C, D, E, F, G, H, I, J);
all!(A, B, C, D, E, F, G, H, I, J, K);
all!(A, B, C, D, E, F, G, H, I, J, K, L);

// === impl Fault: one place that names every reason of this crate ===

impl Fault for IdError {
    fn reason(&self) -> &'static str {
        "ID_INVALID"
    }
}

impl Fault for RequestIdError {
    fn reason(&self) -> &'static str {
        "REQUEST_ID_INVALID"
    }
}

impl Fault for EmailError {
    fn reason(&self) -> &'static str {
        "EMAIL_INVALID"
    }
}

impl Fault for SlugError {
    fn reason(&self) -> &'static str {
        "SLUG_INVALID"
    }
}

impl Fault for CurrencyError {
    fn reason(&self) -> &'static str {
        "CURRENCY_INVALID"
    }
}

impl Fault for MoneyError {
    fn reason(&self) -> &'static str {
        "AMOUNT_INVALID"
    }
}

impl Fault for TextError {
    fn reason(&self) -> &'static str {
        match self {
            TextError::Empty => "REQUIRED",
            TextError::Short { .. } => "TOO_SHORT",
            TextError::Long { .. } => "TOO_LONG",
            TextError::Characters => "CHARACTERS_INVALID",
        }
    }
}

impl Fault for ZoneError {
    fn reason(&self) -> &'static str {
        "TIME_ZONE_INVALID"
    }
}

impl Fault for PageError {
    fn reason(&self) -> &'static str {
        match self {
            PageError::Size => "PAGE_SIZE_INVALID",
            PageError::Token => "PAGE_TOKEN_INVALID",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Email, Line};

    #[test]
    fn all_faults_are_reported_in_order() {
        let mut violations = Violations::new();
        let email: Option<Email> = violations.parse("email", "nobody");
        let name: Option<Line<1, 5>> = violations.parse("name", "much too long");
        violations.check("end_time", false, "TIME_ORDER", "must be after start_time");
        let title = violations.within("agenda[1]", |inner| inner.parse::<Line<1, 5>>("title", ""));

        let faults = violations.finish((email, name, title)).expect_err("four faults");
        let found: Vec<_> = faults
            .iter()
            .map(|fault| (fault.field.as_str(), fault.reason))
            .collect();
        assert_eq!(
            found,
            [
                ("email", "EMAIL_INVALID"),
                ("name", "TOO_LONG"),
                ("end_time", "TIME_ORDER"),
                ("agenda[1].title", "REQUIRED"),
            ]
        );
    }

    #[test]
    fn a_request_without_faults_gives_its_values() {
        let mut violations = Violations::new();
        let name: Option<Line<1, 5>> = violations.parse("name", " Ada ");
        let email: Option<Option<Email>> = violations.optional("email", "");
        let (name, email) = violations.finish((name, email)).expect("no faults");
        assert_eq!((name.as_str(), email), ("Ada", None));
    }

    #[test]
    fn a_missing_value_is_never_let_through() {
        assert!(Violations::new().finish((None::<Email>,)).is_err());
        let mut violations = Violations::new();
        assert_eq!(violations.required("event", None::<()>), None);
        assert_eq!(violations.to_string(), "event: must be set");
    }
}
