//! Ink per operator and where basic blocks end (§4.2, §4.3).

use wasmparser::Operator;

/// Charged once per basic block, ink.
pub(super) const BLOCK_HEADER: u64 = 2_450;

/// Ink per byte that `memory.fill` and `memory.copy` touch.
pub(super) const INK_PER_BULK_BYTE: u64 = 100;

/// Whether a basic block ends after `op`.
pub(super) fn ends_block(op: &Operator<'_>) -> bool {
    use Operator as O;
    matches!(
        op,
        O::End
            | O::Else
            | O::Return
            | O::Loop { .. }
            | O::Br { .. }
            | O::BrTable { .. }
            | O::BrIf { .. }
            | O::If { .. }
            | O::Call { .. }
            | O::CallIndirect { .. }
    )
}

/// Ink of one operator. `params_of` tells how many parameters the function type with an index has.
///
/// Operators that have no price cost `u64::MAX`: a block with one of them always runs out of ink.
pub(super) fn operator_ink(op: &Operator<'_>, params_of: impl Fn(u32) -> usize) -> u64 {
    use Operator as O;
    #[rustfmt::skip] // one line per price
    let ink = match op {
        O::Unreachable | O::Return | O::Nop | O::I32Const { .. } | O::I64Const { .. } => 1,
        O::Block { .. } | O::Loop { .. } | O::Else | O::End => 1,
        O::Drop => 9,
        O::I32Add | O::I32Sub | O::I32And | O::I32Or | O::I32Xor => 70,
        O::I32Shl | O::I32ShrS | O::I32ShrU | O::I32Rotl | O::I32Rotr => 70,
        O::LocalGet { .. } | O::LocalTee { .. } => 75,
        O::I64Add | O::I64Sub | O::I64And | O::I64Or | O::I64Xor => 100,
        O::I64Shl | O::I64ShrS | O::I64ShrU | O::I64Rotl | O::I64Rotr => 100,
        O::I32WrapI64 | O::I64ExtendI32S | O::I64ExtendI32U => 100,
        O::I32Extend8S | O::I32Extend16S | O::I64Extend8S | O::I64Extend16S | O::I64Extend32S => 100,
        O::I32Mul | O::I64Mul => 160,
        O::I32Eqz | O::I32Eq | O::I32Ne | O::I32LtS | O::I32LtU | O::I32GtS | O::I32GtU => 170,
        O::I32LeS | O::I32LeU | O::I32GeS | O::I32GeU => 170,
        O::LocalSet { .. } | O::I32Clz | O::I32Ctz | O::I64Clz | O::I64Ctz => 210,
        O::GlobalGet { .. } | O::I64Eqz | O::I64Eq | O::I64Ne | O::I64LtS | O::I64LtU => 225,
        O::I64GtS | O::I64GtU | O::I64LeS | O::I64LeU | O::I64GeS | O::I64GeU => 225,
        O::GlobalSet { .. } => 575,
        O::I32Load { .. } | O::I32Load8S { .. } | O::I32Load8U { .. } => 670,
        O::I32Load16S { .. } | O::I32Load16U { .. } => 670,
        O::I64Load { .. } | O::I64Load8S { .. } | O::I64Load8U { .. } | O::I64Load16S { .. } => 680,
        O::I64Load16U { .. } | O::I64Load32S { .. } | O::I64Load32U { .. } => 680,
        O::Br { .. } | O::BrIf { .. } | O::If { .. } => 765,
        O::I32Store { .. } | O::I32Store8 { .. } | O::I32Store16 { .. } => 825,
        O::MemoryCopy { .. } | O::MemoryFill { .. } => 950,
        O::I64Store { .. } | O::I64Store8 { .. } | O::I64Store16 { .. } | O::I64Store32 { .. } => 950,
        O::I32DivS | O::I32DivU | O::I32RemS | O::I32RemU => 1_120,
        O::Select => 1_250,
        O::I64DivS | O::I64DivU | O::I64RemS | O::I64RemU => 1_270,
        O::BrTable { targets } => 2_400 + 325 * u64::from(targets.len()),
        O::I32Popcnt => 2_650,
        O::MemorySize { .. } => 3_000,
        O::Call { .. } => 3_800,
        O::I64Popcnt => 6_000,
        O::MemoryGrow { .. } => 8_050,
        O::CallIndirect { type_index, .. } => 13_610 + 650 * params_of(*type_index) as u64,
        _ => u64::MAX,
    };
    ink
}
