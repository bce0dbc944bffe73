//! A socket that gives up on a peer that does not go on: hyper alone waits for ever.

use std::future::Future as _;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, Incoming, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};

use crate::config::ConnectionLimits;

/// Whether a connection's request is being answered: its socket may then be silent for as long as it likes, the body's
/// reader has a limit of its own.
#[derive(Clone, Debug, Default)]
pub(super) struct InRequest(Arc<Progress>);

#[derive(Debug, Default)]
struct Progress {
    /// How many requests have begun. A flag alone would not show one that was answered between two looks.
    begun: AtomicU64,
    answering: AtomicBool,
    /// Whether there may be more of the request's body than was read.
    unread: AtomicBool,
}

impl InRequest {
    pub(super) fn begin(&self) {
        self.0.answering.store(true, Ordering::Release);
        self.0.begun.fetch_add(1, Ordering::AcqRel);
    }

    /// Whether there may be more of the request's body than was read.
    pub(super) fn has_unread(&self) -> bool {
        self.0.unread.load(Ordering::Acquire)
    }

    fn end(&self) {
        self.0.answering.store(false, Ordering::Release);
    }
}

/// What the socket waits for while no request is being answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    /// The rest of a header.
    Header,
    /// A request being answered.
    Answer,
    /// The first byte of another request.
    Next,
}

/// How long, and for how many octets, what a peer still sends is taken after the last answer when its request's body was
/// left unread: to close at once would be a reset, and the peer might lose the answer (RFC 9112, section 9.6).
const FAREWELL: Duration = Duration::from_secs(2);
const FAREWELL_MAXIMUM: usize = 4 * 1024 * 1024;

/// A TCP stream with the timers of [`ConnectionLimits`].
pub(super) struct TimedStream {
    stream: TcpStream,
    in_request: InRequest,
    seen: u64,
    header: Duration,
    idle: Duration,
    waiting: Waiting,
    read_deadline: Instant,
    write_deadline: Option<Instant>,
    /// Octets thrown away since the last answer, and until when that goes on.
    farewell: Option<(usize, Instant)>,
    // Set anew only when it fires: resetting it with each request would cost more than it is worth.
    timer: Pin<Box<Sleep>>,
}

impl TimedStream {
    pub(super) fn new(stream: TcpStream, in_request: InRequest, limits: &ConnectionLimits) -> Self {
        let header = Duration::from_secs(limits.header_seconds);
        let read_deadline = Instant::now() + header;
        Self {
            stream,
            in_request,
            seen: 0,
            header,
            idle: Duration::from_secs(limits.idle_seconds),
            waiting: Waiting::Header,
            read_deadline,
            write_deadline: None,
            farewell: None,
            timer: Box::pin(tokio::time::sleep_until(read_deadline)),
        }
    }

    /// Notes whether a request began or was answered since the last look.
    fn look_at_request(&mut self) {
        let begun = self.in_request.0.begun.load(Ordering::Acquire);
        if begun != self.seen {
            self.seen = begun;
            self.waiting = Waiting::Answer;
        }
        if self.waiting == Waiting::Answer && !self.in_request.0.answering.load(Ordering::Acquire) {
            self.waiting = Waiting::Next;
            self.read_deadline = Instant::now() + self.idle;
        }
    }

    fn deadline(&self) -> Option<Instant> {
        let reading = (self.waiting != Waiting::Answer).then_some(self.read_deadline);
        match (reading, self.write_deadline) {
            (Some(read), Some(write)) => Some(read.min(write)),
            (one, other) => one.or(other),
        }
    }

    /// Ready once a deadline is past.
    fn poll_deadline(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.deadline() else {
            return Poll::Pending;
        };
        if self.timer.deadline() > deadline || self.timer.is_elapsed() {
            self.timer.as_mut().reset(deadline);
        }
        while self.timer.as_mut().poll(context).is_ready() {
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
            self.timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }

    fn written(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if outcome.is_ready() {
            self.write_deadline = None;
            return outcome;
        }
        // A peer that takes nothing keeps its answer in memory.
        if self.write_deadline.is_none() {
            self.write_deadline = Some(Instant::now() + self.idle);
        }
        match self.poll_deadline(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl AsyncRead for TimedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        this.look_at_request();
        match Pin::new(&mut this.stream).poll_read(context, buffer) {
            Poll::Ready(outcome) => {
                if this.waiting == Waiting::Next {
                    this.waiting = Waiting::Header;
                    this.read_deadline = Instant::now() + this.header;
                } else if this.waiting == Waiting::Header && Instant::now() >= this.read_deadline {
                    // Bytes that trickle in must not keep a header open.
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => match this.poll_deadline(context) {
                Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
                Poll::Pending => Poll::Pending,
            },
        }
    }
}

impl AsyncWrite for TimedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write(context, bytes);
        this.written(context, outcome)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let outcome = Pin::new(&mut this.stream).poll_write_vectored(context, slices);
        this.written(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let flushed = Pin::new(&mut this.stream).poll_flush(context);
        // hyper does not look at the socket again by itself once an answer is out, but it flushes: this is where the
        // idle time starts, and the timer has to know whom to wake.
        this.look_at_request();
        if this.waiting == Waiting::Next && this.poll_deadline(context).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        flushed
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let (mut taken, until) = if let Some(farewell) = this.farewell {
            farewell
        } else {
            ready!(Pin::new(&mut this.stream).poll_shutdown(context))?;
            if !this.in_request.has_unread() {
                return Poll::Ready(Ok(()));
            }
            let until = Instant::now() + FAREWELL;
            this.timer.as_mut().reset(until);
            *this.farewell.insert((0, until))
        };
        let mut rest = [MaybeUninit::uninit(); 8 * 1024];
        while taken < FAREWELL_MAXIMUM && Instant::now() < until {
            let mut rest = ReadBuf::uninit(&mut rest);
            match Pin::new(&mut this.stream).poll_read(context, &mut rest) {
                Poll::Ready(Ok(())) if !rest.filled().is_empty() => taken += rest.filled().len(),
                Poll::Ready(_) => break,
                Poll::Pending => {
                    this.farewell = Some((taken, until));
                    return this.timer.as_mut().poll(context).map(Ok);
                }
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// A request's body that says whether it was read to its end.
pub(super) struct RequestBody {
    body: Incoming,
    in_request: InRequest,
}

impl RequestBody {
    pub(super) fn new(body: Incoming, in_request: InRequest) -> Self {
        let this = Self { body, in_request };
        this.note(this.body.is_end_stream());
        this
    }

    fn note(&self, at_end: bool) {
        self.in_request.0.unread.store(!at_end, Ordering::Release);
    }
}

impl HttpBody for RequestBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let this = self.get_mut();
        let frame = ready!(Pin::new(&mut this.body).poll_frame(context));
        this.note(frame.is_none() || this.body.is_end_stream());
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that, once sent or given up, says that its request is over.
pub(super) struct AnswerBody {
    body: Body,
    in_request: InRequest,
}

impl AnswerBody {
    pub(super) fn new(body: Body, in_request: InRequest) -> Self {
        Self { body, in_request }
    }
}

impl Drop for AnswerBody {
    fn drop(&mut self) {
        self.in_request.end();
    }
}

impl HttpBody for AnswerBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.get_mut().body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
