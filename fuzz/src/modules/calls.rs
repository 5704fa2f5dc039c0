//! Programs that are nothing but host calls, with arguments that make sense often enough to get anywhere.

use arbitrary::{Error, Result, Unstructured};

use crate::host_functions::{self, HostFunction, Type};

/// Most statements of a program.
const MOST_STATEMENTS: usize = 40;

/// A valid program, in the debug chain's sense.
pub(super) fn module(input: &mut Unstructured<'_>) -> Result<Vec<u8>> {
    let shape: u8 = input.arbitrary()?;
    let memory = if shape & 1 == 0 { "1 1" } else { "1" };
    let imports: String = host_functions::ALL.iter().map(HostFunction::import).collect();
    let mut body = String::from("(call $read_args (i32.const 0))\n");
    for _ in 0..MOST_STATEMENTS {
        if input.is_empty() {
            break;
        }
        body += &statement(input)?;
    }
    let repeated = match shape >> 1 & 3 {
        0 => format!("(loop $again {body} (br $again))"),
        1 => format!("{body} (drop (call $start (i32.const 0)))"),
        _ => body,
    };
    let text = format!(
        "(module {imports} (memory (export \"memory\") {memory})
        (func $start (export \"user_entrypoint\") (param i32) (result i32) {repeated} (i32.const {})))",
        shape >> 3 & 1
    );
    wat::parse_str(text).map_err(|_| Error::IncorrectFormat)
}

fn statement(input: &mut Unstructured<'_>) -> Result<String> {
    let choice = usize::from(input.arbitrary::<u8>()?) % (host_functions::ALL.len() + 3);
    let Some(function) = host_functions::ALL.get(choice) else {
        let (value, address) = (number(input)?, number(input)?);
        return Ok(match choice - host_functions::ALL.len() {
            0 => format!("(drop (memory.grow (i32.const {})))\n", value & 7),
            1 => format!("(i32.store (i32.const {address}) (i32.const {value}))\n"),
            _ => format!("(memory.fill (i32.const {address}) (i32.const {value}) (i32.const 20))\n"),
        });
    };
    let mut call = format!("(call ${}", function.name);
    for param in function.params {
        call += &match param {
            Type::I32 => format!(" (i32.const {})", number(input)?),
            Type::I64 => format!(" (i64.const {})", if input.ratio(7, 8)? { -1 } else { input.arbitrary()? }),
        };
    }
    call += ")";
    Ok(match function.result {
        Some(ty) if input.ratio(1, 2)? => {
            format!("({}.store (i32.const {}) {call})\n", ty.name(), number(input)?)
        }
        Some(_) => format!("(drop {call})\n"),
        None => call + "\n",
    })
}

/// An address or a length: small, near the end of the memory, or anything.
fn number(input: &mut Unstructured<'_>) -> Result<i32> {
    Ok(match input.arbitrary::<u8>()? {
        small @ 0..160 => i32::from(small),
        word @ 160..240 => 32 * i32::from(word - 160),
        end @ 240..254 => 65_536 - 8 * i32::from(end - 240),
        _ => input.arbitrary()?,
    })
}
