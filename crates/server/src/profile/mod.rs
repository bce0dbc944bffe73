//! What people are called, and the language and time zone they live in.

mod edit;
