// Shared with `build.rs`, which makes the filter that `common.rs` looks into.

/// Buckets of the filter: the upper bits of a hash. The bits below are what a bucket keeps.
pub const BUCKET_BITS: u32 = 14;

/// How many bytes a bucket keeps of each.
pub const KEPT: usize = 3;

/// The bucket of a password in lower case and what is kept of it there: FNV-1a, its bits then spread by the finalizer of
/// `MurmurHash3`. No secret and no signature: what matters is that two texts seldom meet.
pub fn place(lower: &str) -> (usize, [u8; KEPT]) {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in lower.bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^= hash >> 33;
    let [bucket_high, bucket_low, kept @ .., _, _, _] = hash.to_be_bytes();
    let bucket = u16::from_be_bytes([bucket_high, bucket_low]) >> (16 - BUCKET_BITS);
    (usize::from(bucket), kept)
}
