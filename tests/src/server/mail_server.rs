//! A mail server that takes every mail, and the report that one sends when a mail comes back.

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Settings;

/// The recipient of whom a [`MailServer`] hears without a word.
pub const FALLS_SILENT: &str = "silence@example.org";

/// A mail server that takes every mail and keeps the envelope senders.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    senders: UnboundedReceiver<String>,
}

impl MailServer {
    /// Starts it.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sender, senders) = unbounded_channel();
        tokio::spawn(take_mails(listener, sender));
        Self { port, senders }
    }

    /// The settings of a server that hands its mails to this one and has reports sent back.
    pub fn settings(&self) -> Settings {
        Settings::default()
            .with("SMTP__HOST", "127.0.0.1")
            .with("SMTP__PORT", self.port)
            .with("SMTP__ENCRYPTION", "none")
            .with("BOUNCE_ADDRESS", "bounce@id.example.org")
    }

    /// The envelope sender of the next mail; waits for it.
    pub async fn sender(&mut self) -> String {
        self.senders.recv().await.expect("a mail")
    }
}

/// Takes every mail (RFC 5321) and tells the envelope senders.
async fn take_mails(listener: TcpListener, senders: UnboundedSender<String>) {
    while let Ok((mut socket, _)) = listener.accept().await {
        let senders = senders.clone();
        tokio::spawn(async move {
            let (read, mut write) = socket.split();
            let mut lines = BufReader::new(read).lines();
            let mut in_message = false;
            write.write_all(b"220 mail.test ESMTP\r\n").await.ok()?;
            while let Some(line) = lines.next_line().await.ok()? {
                if line.starts_with("RCPT") && line.contains(FALLS_SILENT) {
                    senders.send(FALLS_SILENT.to_owned()).ok()?;
                    continue;
                }
                let answer = match line.split(' ').next().unwrap_or_default() {
                    "." if in_message => {
                        in_message = false;
                        "250 taken"
                    }
                    _ if in_message => continue,
                    "DATA" => {
                        in_message = true;
                        "354 go on"
                    }
                    "QUIT" => "221 bye",
                    "MAIL" => {
                        let sender = line.split(['<', '>']).nth(1)?;
                        senders.send(sender.to_owned()).ok()?;
                        "250 fine"
                    }
                    _ => "250 fine",
                };
                write
                    .write_all(format!("{answer}\r\n").as_bytes())
                    .await
                    .ok()?;
            }
            Some(())
        });
    }
}

/// A report as Postfix writes it (RFC 3464), to `recipient`.
pub fn bounce_report(recipient: &str, action: &str, diagnostic: &str) -> String {
    format!(
        "From: MAILER-DAEMON@mail.test (Mail Delivery System)\r\n\
         Subject: Undelivered Mail Returned to Sender\r\n\
         To: {recipient}\r\n\
         Auto-Submitted: auto-replied\r\n\
         MIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status;\r\n\tboundary=\"b/mail.test\"\r\n\r\n\
         --b/mail.test\r\nContent-Type: text/plain; charset=us-ascii\r\n\r\nI'm sorry to have to inform you.\r\n\
         --b/mail.test\r\nContent-Description: Delivery report\r\nContent-Type: message/delivery-status\r\n\r\n\
         Reporting-MTA: dns; mail.test\r\nX-Postfix-Queue-ID: B1A84A3014F\r\n\
         Arrival-Date: Sat, 21 Nov 2026 10:04:16 +0000 (UTC)\r\n\r\n\
         Final-Recipient: rfc822; nobody@example.org\r\nOriginal-Recipient: rfc822;nobody@example.org\r\n\
         Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: {diagnostic}\r\n\r\n\
         --b/mail.test\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: Confirm your e-mail address\r\n\r\n\
         --b/mail.test--\r\n"
    )
}
