//! The whole path in the real window: first start, account, profile, devices, and being signed out from elsewhere.

mod account;
mod acts;
mod connection;
mod house;
mod keyring;
mod two_windows;
