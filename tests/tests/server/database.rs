//! The database under load: statements that are interrupted, and the end.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use futures_util::future::join_all;
use latchkey_server::arguments;
use latchkey_server::database::Database as Connections;
use latchkey_tests::on_both_databases;
use latchkey_tests::server::{Database, ServerUnderTest};

on_both_databases!(
    an_interrupted_statement_spoils_no_other,
    closing_waits_for_no_idle_connection_and_opens_none,
    a_read_needs_little_room,
);

async fn echo(connections: &Connections, number: i64) -> i64 {
    let row = connections
        .fetch_optional("SELECT CAST($1 AS BIGINT)", arguments![number])
        .await
        .unwrap();
    row.unwrap().integer(0).unwrap()
}

/// A client that closes its connection drops its request wherever that is.
async fn an_interrupted_statement_spoils_no_other(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let connections = &server.state().database;
    let mut interrupted = 0;
    for number in 0..600 {
        let mut read = Box::pin(echo(connections, number));
        let mut answer = Poll::Pending;
        for _ in 0..number % 6 {
            answer = poll_fn(|context| Poll::Ready(read.as_mut().poll(context))).await;
            if answer.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
        match answer {
            Poll::Ready(answer) => assert_eq!(answer, number),
            Poll::Pending => interrupted += 1,
        }
        drop(read);
        assert_eq!(echo(connections, -number).await, -number);
    }
    assert!(interrupted > 0);
    // More than there are connections, and each gets its own.
    let numbers: Vec<i64> = (0..500).collect();
    let answers = join_all(numbers.iter().map(|number| echo(connections, *number))).await;
    assert_eq!(answers, numbers);
}

/// Each connection of a client keeps room for the largest thing that it ever waits for.
async fn a_read_needs_little_room(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let read = server
        .state()
        .database
        .fetch_optional("SELECT 1", arguments![]);
    let room = size_of_val(&read);
    assert!(room <= 1024, "{room} bytes");
    read.await.unwrap();
}

async fn closing_waits_for_no_idle_connection_and_opens_none(database: Database) {
    let server = ServerUnderTest::start_in_process(database).await;
    let connections = server.state().database.clone();
    join_all((0..50).map(|number| echo(&connections, number))).await;
    let reads = (0..50).map(|_| {
        let read = connections.fetch_optional("SELECT 1", arguments![]);
        async move { drop(read.await) }
    });
    let closing = async {
        tokio::time::timeout(Duration::from_secs(4), connections.close())
            .await
            .expect("it closes");
    };
    tokio::join!(join_all(reads), closing);
    let after = connections.fetch_optional("SELECT 1", arguments![]).await;
    assert!(after.is_err());
}
