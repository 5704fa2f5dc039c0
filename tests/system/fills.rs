//! What the programs fill memory with: before Stylus 3 a chain drops a transaction whose program fills memory with a value
//! above 255, of which wasm counts the lowest byte only.

use std::fs;

use wasmparser::{FuncValidatorAllocations, Operator, OperatorsReader, Parser, ValidPayload, Validator};

/// What is known of the operands at each depth of the stack.
#[derive(Default)]
struct Operands(Vec<Option<i32>>);

impl Operands {
    /// Before `operator`, with `height` operands on the stack, comes to `after` operands.
    fn step(&mut self, operator: &Operator<'_>, after: usize) {
        self.0.truncate(after);
        // Whatever leaves something leaves it on top; what doesn't costs a known operand here, at most.
        let leaves_nothing = matches!(
            operator,
            Operator::LocalSet { .. }
                | Operator::GlobalSet { .. }
                | Operator::Drop
                | Operator::I32Store { .. }
        );
        if !leaves_nothing {
            self.0.truncate(after.saturating_sub(1));
        }
        let top = match operator {
            Operator::I32Const { value } => Some(*value),
            _ => None,
        };
        self.0.resize(after, None);
        if let Some(last) = self.0.last_mut().filter(|_| top.is_some()) {
            *last = top;
        }
    }
}

/// The values that a module fills memory with; `None` where that isn't plain to see.
fn fills(module: &[u8]) -> Vec<Option<i32>> {
    let mut found = Vec::new();
    let mut validator = Validator::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.expect("a module");
        let ValidPayload::Func(function, body) = validator.payload(&payload).expect("a valid module") else {
            continue;
        };
        let mut function = function.into_validator(FuncValidatorAllocations::default());
        let mut reader = body.get_binary_reader();
        function.read_locals(&mut reader).expect("locals");
        let mut reader = OperatorsReader::new(reader);
        let mut operands = Operands::default();
        while !reader.eof() {
            let offset = reader.original_position();
            let operator = reader.read().expect("an operator");
            if matches!(operator, Operator::MemoryFill { .. }) {
                // Where, what, how much.
                let value = operands.0.len().checked_sub(2).and_then(|at| operands.0[at]);
                found.push(value);
            }
            function.op(offset, &operator).expect("a valid operator");
            let height = usize::try_from(function.operand_stack_height()).expect("a height");
            operands.step(&operator, height);
        }
    }
    found
}

#[test]
fn programs_fill_memory_with_constant_bytes() {
    let artifacts = xtask::artifacts::ensure().expect("the contracts are there or can be built");
    let mut count = 0;
    for program in artifacts.programs().keys() {
        let module = fs::read(artifacts.wasm_path(program)).expect("it was built");
        let found = fills(&module);
        assert!(
            found.iter().all(|value| value.is_some_and(|value| (0..=255).contains(&value))),
            "{program}: {found:?}"
        );
        count += found.len();
    }
    assert!(count > 0, "no program fills memory, so this looks at nothing");
}

#[test]
fn a_value_that_is_no_constant_is_seen() {
    let module = |value: &str| {
        let text = format!(
            "(module (memory 1) (func (param i32)
                i32.const 7 {value} (i32.add (local.get 0) (i32.const 4)) memory.fill))"
        );
        wat::parse_str(text).expect("a module")
    };
    assert_eq!(fills(&module("i32.const 255")), [Some(255)]);
    assert_eq!(fills(&module("i32.const 256")), [Some(256)]);
    assert_eq!(fills(&module("i32.const -1")), [Some(-1)]);
    assert_eq!(fills(&module("local.get 0")), [None]);
    assert_eq!(fills(&module("(i32.add (i32.const 1) (i32.const 2))")), [None]);
}
