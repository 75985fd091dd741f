//! What the processor keeps at hand.
#![expect(unsafe_code, reason = "the standard library cannot ask for a fetch")]

/// Bytes that are fetched together.
const LINE_BYTES: usize = 64;

/// Lets the processor fetch all of a value, if there is one, and does not wait for it. Nothing at all where it cannot be
/// asked.
#[inline]
pub(crate) fn fetch<T: ?Sized>(value: Option<&T>) {
    let Some(value) = value else { return };
    #[cfg(target_arch = "x86_64")]
    for offset in (0..size_of_val(value)).step_by(LINE_BYTES) {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        // SAFETY: the address lies within `value`; fetching reads nothing that the program could see.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(std::ptr::from_ref(value).cast::<i8>().add(offset)) };
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = (value, LINE_BYTES);
}
