//! Registering handlers: each behind the guard of its row.

use std::sync::Arc;

use axum::Router;
use axum::handler::Handler;
use axum::middleware::from_fn_with_state;
use axum::routing::{MethodRouter, get, post};
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::{OpenApi, RefOr, Schema};
use utoipa_axum::router::UtoipaMethodRouter;

use super::guard::{Guard, guard};
use super::{Body, Method, Row, TABLE, row};
use crate::state::ServerState;

/// Handlers, each under a route that has a row. A slice has no other way to be asked.
#[must_use]
#[derive(Default)]
pub(crate) struct Routes {
    handlers: Vec<(&'static Row, MethodRouter<Arc<ServerState>>)>,
    described: Vec<(String, PathItem)>,
    schemas: Vec<(String, RefOr<Schema>)>,
    faults: Vec<String>,
}

/// Routes and table that do not fit together: the server does not start.
#[derive(Debug, thiserror::Error)]
#[error("the table of routes and what is registered differ: {}", .0.join("; "))]
pub struct Mismatch(Vec<String>);

impl Routes {
    pub fn new() -> Self {
        Self::default()
    }

    /// A route of the API, as `utoipa_axum::routes!` makes it of one handler.
    pub fn routes(
        mut self,
        (schemas, paths, handler): UtoipaMethodRouter<Arc<ServerState>>,
    ) -> Self {
        for (path, item) in paths.paths {
            match (&item.get, &item.post) {
                (Some(operation), None) => {
                    self.describe(Method::Get, &path, operation, handler.clone());
                }
                (None, Some(operation)) => {
                    self.describe(Method::Post, &path, operation, handler.clone());
                }
                _ => self.faults.push(format!("{path} is not one GET or POST")),
            }
            self.described.push((path, item));
        }
        self.schemas.extend(schemas);
        self
    }

    fn describe(
        &mut self,
        method: Method,
        path: &str,
        operation: &Operation,
        handler: MethodRouter<Arc<ServerState>>,
    ) {
        if let Some(row) = self.register(method, path, handler)
            && operation.request_body.is_some() == (row.body == Body::None)
        {
            let said = format!("{} {path} differs about its body", method.name());
            self.faults.push(said);
        }
    }

    /// A route beside the API's description.
    pub fn get<T: 'static>(
        mut self,
        path: &str,
        handler: impl Handler<T, Arc<ServerState>>,
    ) -> Self {
        let _ = self.register(Method::Get, path, get(handler));
        self
    }

    /// The same for `POST`.
    pub fn post<T: 'static>(
        mut self,
        path: &str,
        handler: impl Handler<T, Arc<ServerState>>,
    ) -> Self {
        let _ = self.register(Method::Post, path, post(handler));
        self
    }

    fn register(
        &mut self,
        method: Method,
        path: &str,
        handler: MethodRouter<Arc<ServerState>>,
    ) -> Option<&'static Row> {
        let row = row(method.name(), path);
        match row {
            Some(row) => self.handlers.push((row, handler)),
            None => self
                .faults
                .push(format!("{} {path} has no row", method.name())),
        }
        row
    }

    /// These and those.
    pub fn merge(mut self, other: Self) -> Self {
        self.handlers.extend(other.handlers);
        self.described.extend(other.described);
        self.schemas.extend(other.schemas);
        self.faults.extend(other.faults);
        self
    }

    /// Puts what the API's routes say of themselves into `description`.
    pub fn describe_in(&self, mut description: OpenApi) -> OpenApi {
        for (path, item) in &self.described {
            let paths = &mut description.paths.paths;
            match paths.get_mut(path) {
                Some(known) => known.merge_operations(item.clone()),
                None => drop(paths.insert(path.clone(), item.clone())),
            }
        }
        let components = description.components.get_or_insert_default();
        components.schemas.extend(self.schemas.iter().cloned());
        description
    }

    /// All that is registered, each behind its guard, when it is what the table says.
    pub fn finish(self, state: &Arc<ServerState>) -> Result<Router<Arc<ServerState>>, Mismatch> {
        self.check()?;
        let guarded = |router: Router<_>, (row, handler): (&'static Row, MethodRouter<_>)| {
            let state = Arc::clone(state);
            let guard = from_fn_with_state(Guard { state, row }, guard);
            router.route(row.path, handler.route_layer(guard))
        };
        Ok(self.handlers.into_iter().fold(Router::new(), guarded))
    }

    /// Whether each route has one row, and each row one route.
    pub fn check(&self) -> Result<(), Mismatch> {
        let mut faults = self.faults.clone();
        for row in TABLE {
            let same = |other: &Row| (other.method, other.path) == (row.method, row.path);
            let (name, path) = (row.method.name(), row.path);
            match self.handlers.iter().filter(|(row, _)| same(row)).count() {
                0 => faults.push(format!("{name} {path} has a row and no route")),
                1 => {}
                _ => faults.push(format!("{name} {path} has two routes")),
            }
            if TABLE.iter().filter(|row| same(row)).count() > 1 {
                faults.push(format!("{name} {path} has two rows"));
            }
        }
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Mismatch(faults))
        }
    }
}
