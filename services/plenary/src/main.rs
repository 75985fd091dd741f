//! The all-in-one binary, which also holds the operator's commands.

use std::process::ExitCode;

fn main() -> ExitCode {
    plenary::main()
}
