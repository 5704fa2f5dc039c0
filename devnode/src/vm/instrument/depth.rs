//! Third stage: bounds the stack by words, the same on every machine (§4.5).

use wasmparser::{BlockType, Operator};

use super::Globals;
use super::code::{Added, Code, add};
use crate::vm::error::{ActivationError, refuse};
use crate::vm::parse::Source;

/// Most words that a function's operands may take.
const MAX_OPERANDS: u32 = 4_096;
/// Most words that a frame may take.
const MAX_FRAME: u32 = 10_240;
/// Words of a frame beside operands and locals.
const FRAME_OVERHEAD: u32 = 4;

pub(super) fn depth_checker<'a>(
    mut stream: Vec<Code<'a>>,
    source: &Source<'_>,
    locals: u32,
    globals: Globals,
) -> Result<Vec<Code<'a>>, ActivationError> {
    let operands = high_water_mark(&stream, source)?;
    if operands > MAX_OPERANDS {
        refuse!("{operands} words of operands exceed {MAX_OPERANDS}");
    }
    let size = operands.saturating_add(locals).saturating_add(FRAME_OVERHEAD);
    if size > MAX_FRAME {
        refuse!("frame of {size} words exceeds {MAX_FRAME}");
    }
    let size = size.cast_signed(); // at most 10 240

    let mut checked = Vec::with_capacity(stream.len() + 32);
    add(&mut checked, reserve(size, globals));
    let last = stream.pop();
    for code in stream {
        if matches!(code, Code::Source(Operator::Return, _)) {
            add(&mut checked, release(size, globals));
        }
        checked.push(code);
    }
    // Falling off the end gives the words back too. A branch to the outermost label lands behind this and doesn't.
    add(&mut checked, release(size, globals));
    add(&mut checked, [Added::Return]);
    checked.extend(last);
    Ok(checked)
}

/// Traps with no space left unless more than `size` words are, and takes them.
fn reserve(size: i32, Globals { space, .. }: Globals) -> [Added; 12] {
    use Added as A;
    [
        A::GlobalGet(space),
        A::I32Const(size),
        A::I32LeU,
        A::If,
        A::I32Const(0),
        A::GlobalSet(space),
        A::Unreachable,
        A::End,
        A::GlobalGet(space),
        A::I32Const(size),
        A::I32Sub,
        A::GlobalSet(space),
    ]
}

fn release(size: i32, Globals { space, .. }: Globals) -> [Added; 4] {
    [Added::GlobalGet(space), Added::I32Const(size), Added::I32Add, Added::GlobalSet(space)]
}

/// The most operands that are on the stack at once, by a simplified count that every node agrees on: it knows no
/// unreachable code, and a block's results count from its start.
fn high_water_mark(stream: &[Code<'_>], source: &Source<'_>) -> Result<u32, ActivationError> {
    let mut stack = Stack { height: 0, highest: 0, scopes: vec![0] };
    for code in stream {
        stack.apply(&code.operator(), source)?;
    }
    Ok(stack.highest)
}

struct Stack {
    height: u32,
    highest: u32,
    scopes: Vec<u32>,
}

impl Stack {
    fn push(&mut self, words: usize) {
        self.height = self.height.saturating_add(u32::try_from(words).unwrap_or(u32::MAX));
        self.highest = self.highest.max(self.height);
    }

    fn pop(&mut self, words: usize) {
        self.height = self.height.saturating_sub(u32::try_from(words).unwrap_or(u32::MAX));
    }

    fn enter(&mut self, block: BlockType, source: &Source<'_>) -> Result<(), ActivationError> {
        match block {
            BlockType::Empty => {}
            BlockType::Type(_) => self.push(1),
            BlockType::FuncType(index) => self.transfer(index, source)?,
        }
        self.scopes.push(self.height);
        Ok(())
    }

    /// What a function type leaves on the stack: results first, so that they count beside the parameters.
    fn transfer(&mut self, type_index: u32, source: &Source<'_>) -> Result<(), ActivationError> {
        let Some(ty) = source.types.get(type_index as usize) else { refuse!("unknown type {type_index}") };
        self.push(ty.results().len());
        self.pop(ty.params().len());
        Ok(())
    }

    fn apply(&mut self, operator: &Operator<'_>, source: &Source<'_>) -> Result<(), ActivationError> {
        use Operator as O;
        match operator {
            O::Block { blockty } | O::Loop { blockty } => self.enter(*blockty, source)?,
            O::If { blockty } => {
                self.pop(1);
                self.enter(*blockty, source)?;
            }
            O::Else => self.height = self.scopes.last().copied().unwrap_or(0),
            O::End => self.height = self.scopes.pop().unwrap_or(0),
            O::Call { function_index } => {
                let Some(ty) = source.function_type(*function_index) else {
                    refuse!("unknown function {function_index}");
                };
                self.push(ty.results().len());
                self.pop(ty.params().len());
            }
            O::CallIndirect { type_index, .. } => {
                self.transfer(*type_index, source)?;
                self.pop(1);
            }
            _ => match effect(operator) {
                Some(Effect::Push) => self.push(1),
                Some(Effect::Pop(words)) => self.pop(words),
                None => refuse!("operator {operator:?} is not supported"),
            },
        }
        Ok(())
    }
}

/// What an operator without a block or function type does to the height.
enum Effect {
    Push,
    Pop(usize),
}

/// `None` for operators that programs can't use: floating-point arithmetic, tables, passive segments.
fn effect(operator: &Operator<'_>) -> Option<Effect> {
    use Operator as O;
    #[rustfmt::skip] // one group per effect
    let effect = match operator {
        O::LocalGet { .. } | O::GlobalGet { .. } | O::MemorySize { .. } => Effect::Push,
        O::I32Const { .. } | O::I64Const { .. } | O::F32Const { .. } | O::F64Const { .. } => Effect::Push,

        O::Nop | O::Unreachable | O::Br { .. } | O::Return => Effect::Pop(0),
        O::LocalTee { .. } | O::MemoryGrow { .. } => Effect::Pop(0),
        O::I32Eqz | O::I32Clz | O::I32Ctz | O::I32Popcnt => Effect::Pop(0),
        O::I64Eqz | O::I64Clz | O::I64Ctz | O::I64Popcnt => Effect::Pop(0),
        O::I32Load { .. } | O::I32Load8S { .. } | O::I32Load8U { .. } => Effect::Pop(0),
        O::I32Load16S { .. } | O::I32Load16U { .. } => Effect::Pop(0),
        O::I64Load { .. } | O::I64Load8S { .. } | O::I64Load8U { .. } => Effect::Pop(0),
        O::I64Load16S { .. } | O::I64Load16U { .. } => Effect::Pop(0),
        O::I64Load32S { .. } | O::I64Load32U { .. } => Effect::Pop(0),
        O::F32Load { .. } | O::F64Load { .. } => Effect::Pop(0),
        O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U => Effect::Pop(0),
        O::I32Extend8S | O::I32Extend16S => Effect::Pop(0),
        O::I64Extend8S | O::I64Extend16S | O::I64Extend32S => Effect::Pop(0),
        O::I32ReinterpretF32 | O::I64ReinterpretF64 => Effect::Pop(0),
        O::F32ReinterpretI32 | O::F64ReinterpretI64 => Effect::Pop(0),

        O::Drop | O::LocalSet { .. } | O::GlobalSet { .. } => Effect::Pop(1),
        O::BrIf { .. } | O::BrTable { .. } => Effect::Pop(1),
        O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU => Effect::Pop(1),
        O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU => Effect::Pop(1),
        O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU | O::I64GtS | O::I64GtU => Effect::Pop(1),
        O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => Effect::Pop(1),
        O::I32Add | O::I32Sub | O::I32Mul | O::I32DivS | O::I32DivU => Effect::Pop(1),
        O::I32RemS | O::I32RemU | O::I32And | O::I32Or | O::I32Xor => Effect::Pop(1),
        O::I32Shl | O::I32ShrS | O::I32ShrU | O::I32Rotl | O::I32Rotr => Effect::Pop(1),
        O::I64Add | O::I64Sub | O::I64Mul | O::I64DivS | O::I64DivU => Effect::Pop(1),
        O::I64RemS | O::I64RemU | O::I64And | O::I64Or | O::I64Xor => Effect::Pop(1),
        O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => Effect::Pop(1),

        O::Select => Effect::Pop(2),
        O::I32Store { .. } | O::I32Store8 { .. } | O::I32Store16 { .. } => Effect::Pop(2),
        O::I64Store { .. } | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => Effect::Pop(2),
        O::F32Store { .. } | O::F64Store { .. } => Effect::Pop(2),

        O::MemoryFill { .. } | O::MemoryCopy { .. } => Effect::Pop(3),
        _ => return None,
    };
    Some(effect)
}
