//! JSON in which an object is an object. serde reads a struct from a list too, by the order of its members: names, which
//! are how requests are told and refused, would count for nothing there.
//!
//! What serde reads before it knows the struct (`untagged`, `flatten`, an enum with a `tag`), and what is inside an enum's
//! variant, is read as serde does; the test `no_list_is_taken_for_an_object` meets a request that has such a thing.

use std::fmt;

use serde::de::{DeserializeOwned, DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserializer, forward_to_deserialize_any};

/// Up to here each integer is a double of its own: 2^53.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Reads all of `body`.
pub(super) fn from_slice<T: DeserializeOwned>(body: &[u8]) -> serde_json::Result<T> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = T::deserialize(Objects(&mut json))?;
    json.end()?;
    Ok(value)
}

/// Goes with everything that may hold a struct: where one is expected, the deserializer is asked for a map.
struct Objects<T>(T);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Objects<D> {
    type Error = D::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(Objects(visitor))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_option(Objects(visitor))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_newtype_struct(name, Objects(visitor))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_map(Objects(visitor))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    // JSON says itself which of these it is.
    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

macro_rules! visit_scalars {
    ($($visit:ident: $kind:ty),+ $(,)?) => {
        $(fn $visit<E: Error>(self, value: $kind) -> Result<V::Value, E> {
            self.0.$visit(value)
        })+
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Objects<V> {
    type Value = V::Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(formatter)
    }

    visit_scalars! {
        visit_bool: bool,
        visit_i64: i64,
        visit_u64: u64,
        visit_str: &str,
        visit_borrowed_str: &'de str,
    }

    /// JSON has one kind of number, and 7.0 is the integer 7 (JSON Schema, section 4.2.3 of the core).
    fn visit_f64<E: Error>(self, value: f64) -> Result<V::Value, E> {
        let integer = value.round();
        // `serde_json` may be one unit in the last place off. That is a half from 2^51 on, where the neighbour may be taken:
        // of what crosses the wire, only instants from the year 2041 on are so large.
        let is_integer = (value - integer).abs() <= value.abs() * f64::EPSILON;
        if is_integer && integer.abs() <= EXACT {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "it has no fraction and is in the range"
            )]
            return self.0.visit_i64(integer as i64);
        }
        self.0.visit_f64(value)
    }

    fn visit_unit<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_unit()
    }

    fn visit_none<E: Error>(self) -> Result<V::Value, E> {
        self.0.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, some: D) -> Result<V::Value, D::Error> {
        self.0.visit_some(Objects(some))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<V::Value, D::Error> {
        self.0.visit_newtype_struct(Objects(inner))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<V::Value, A::Error> {
        self.0.visit_seq(Objects(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        self.0.visit_map(Objects(map))
    }
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        self.0.next_element_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Objects<A> {
    type Error = A::Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, A::Error> {
        // A name holds nothing.
        self.0.next_key_seed(seed)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.0.next_value_seed(Objects(seed))
    }

    fn size_hint(&self) -> Option<usize> {
        self.0.size_hint()
    }
}

impl<'de, S: DeserializeSeed<'de>> DeserializeSeed<'de> for Objects<S> {
    type Value = S::Value;

    fn deserialize<D: Deserializer<'de>>(self, inner: D) -> Result<S::Value, D::Error> {
        self.0.deserialize(Objects(inner))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;

    use super::from_slice;

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Point {
        x: i64,
        y: Option<i64>,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    struct Named(Option<Point>);

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Dot,
    }

    #[derive(Debug, PartialEq, Eq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Drawing {
        kind: Kind,
        pair: (u8, String),
        points: Vec<Point>,
        by_number: BTreeMap<u64, Point>,
        named: Named,
        #[serde(default)]
        hidden: bool,
    }

    const FINE: &str = r#"{"kind": "dot", "pair": [1, "a\n"], "points": [{"x": -1, "y": null}, {"x": 2}],
        "by_number": {"7": {"x": 3, "y": 4}}, "named": {"x": 5}}"#;

    #[test]
    fn everything_else_is_read_as_ever() {
        let read: Drawing = from_slice(FINE.as_bytes()).unwrap();
        assert_eq!(read, serde_json::from_str(FINE).unwrap());
        assert_eq!(read.points[0], Point { x: -1, y: None });
    }

    #[test]
    fn an_integer_may_be_written_with_a_fraction_of_nothing() {
        let read = |json: &str| from_slice::<Point>(json.as_bytes());
        assert_eq!(read(r#"{"x": 7.0, "y": -2e3}"#).unwrap().x, 7);
        assert_eq!(read(r#"{"x": 7, "y": -2e3}"#).unwrap().y, Some(-2_000));
        let largest = r#"{"x": -2251799813685247.0}"#;
        assert_eq!(read(largest).unwrap().x, -2_251_799_813_685_247);
        assert!(read(r#"{"x": -4008292572182854.0}"#).is_ok());
        for wrong in ["7.5", "1e30", "\"7\""] {
            assert!(read(&format!("{{\"x\": {wrong}}}")).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_struct_is_read_from_a_list() {
        for (object, list) in [
            (r#"{"x": -1, "y": null}"#, "[-1, null]"),
            (r#"{"x": 3, "y": 4}"#, "[3, 4]"),
            (r#"{"x": 5}"#, "[5, 6]"),
        ] {
            let altered = FINE.replace(object, list);
            assert!(serde_json::from_str::<Drawing>(&altered).is_ok());
            let error = from_slice::<Drawing>(altered.as_bytes()).unwrap_err();
            assert!(error.is_data() && error.line() > 0, "{error}");
        }
        assert!(from_slice::<Point>(b"[1, 2]").is_err());
        assert!(from_slice::<Point>(br#"{"x": 1} {}"#).is_err());
        assert!(from_slice::<Point>(br#"{"x": 1, "z": 1}"#).is_err());
    }
}
