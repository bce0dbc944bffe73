//! Networks as offices and hotels have them: what ends TLS in front of a server, with its certificate right or wrong, and
//! the proxies on the way there.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// Somebody who issues certificates, and whom nobody knows at first.
#[derive(Debug)]
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate with its key.
#[derive(Debug)]
pub struct Certificate {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

/// When a certificate counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Now.
    Now,
    /// Until years ago.
    Past,
    /// From years on.
    Future,
}

fn params(name: &str, validity: Validity) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![match name.parse() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(name.try_into().expect("a name")),
    }];
    let (from, until) = match validity {
        Validity::Now => (2020, 2090),
        Validity::Past => (2010, 2020),
        Validity::Future => (2080, 2090),
    };
    params.not_before = rcgen::date_time_ymd(from, 1, 1);
    params.not_after = rcgen::date_time_ymd(until, 1, 1);
    params
}

impl Default for Authority {
    fn default() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        Self(CertifiedIssuer::self_signed(params, key).expect("a certificate"))
    }
}

impl Authority {
    /// Its own certificate, for those who are to know it.
    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a name, and its key, as files hold them.
    pub fn issue_pem(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let issued = params(name, Validity::Now).signed_by(&key, &self.0);
        (issued.expect("a certificate").pem(), key.serialize_pem())
    }

    /// A certificate for a name or an address.
    pub fn issue(&self, name: &str, validity: Validity) -> Certificate {
        let key = KeyPair::generate().expect("a key");
        let issued = params(name, validity).signed_by(&key, &self.0);
        Certificate {
            chain: vec![issued.expect("a certificate").der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        }
    }
}

impl Certificate {
    /// One that vouches for itself.
    pub fn self_signed(name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let issued = params(name, Validity::Now).self_signed(&key);
        Self {
            chain: vec![issued.expect("a certificate").der().clone()],
            key: PrivateKeyDer::try_from(key.serialize_der()).expect("a key"),
        }
    }
}

/// Listens on a port of this computer and has each connection dealt with.
async fn listen<Dealt: Future<Output = ()> + Send + 'static>(
    deal: impl Fn(TcpStream) -> Dealt + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("a bound address");
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            tokio::spawn(deal(near));
        }
    });
    address
}

async fn pass_on(mut near: impl AsyncRead + tokio::io::AsyncWrite + Unpin, there: SocketAddr) {
    if let Ok(mut far) = TcpStream::connect(there).await {
        let _ = copy_bidirectional(&mut near, &mut far).await;
    }
}

/// What ends TLS with `certificate` in front of what listens `there`.
pub async fn tls_front(certificate: Certificate, there: SocketAddr) -> SocketAddr {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions of TLS")
        .with_no_client_auth()
        .with_single_cert(certificate.chain, certificate.key)
        .expect("a certificate with its key");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    listen(move |near| {
        let acceptor = acceptor.clone();
        async move {
            if let Ok(near) = acceptor.accept(near).await {
                pass_on(near, there).await;
            }
        }
    })
    .await
}

/// What speaks TLS 1.1 at the most: it answers a hello with the alert `protocol_version` (RFC 5246, section 7.2.2).
pub async fn old_tls() -> SocketAddr {
    listen(async |mut near: TcpStream| {
        let _ = near.read(&mut [0; 4_096]).await;
        let _ = near.write_all(&[21, 3, 2, 0, 2, 2, 70]).await;
        let _ = near.shutdown().await;
    })
    .await
}

/// A proxy for HTTP (RFC 9110, section 9.3.6) that leads to one server, whatever it is asked for.
#[derive(Debug)]
pub struct OfficeProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl OfficeProxy {
    /// A proxy that wants `sign_in` (`NAME:PASSWORD`) where it is given.
    pub async fn to(there: SocketAddr, sign_in: Option<&str>) -> Self {
        let wanted = sign_in.map(|sign_in| format!("basic {}", STANDARD.encode(sign_in)));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let noted = Arc::clone(&asked);
        let address = listen(move |mut near| {
            let (wanted, noted) = (wanted.clone(), Arc::clone(&noted));
            async move {
                let head = head(&mut near).await;
                noted.lock().unwrap().push(head.clone());
                let admitted = wanted.is_none_or(|wanted| {
                    head.to_ascii_lowercase()
                        .contains(&format!("proxy-authorization: {}", wanted.to_ascii_lowercase()))
                });
                let answer: &[u8] = if admitted {
                    b"HTTP/1.1 200 Connection established\r\n\r\n"
                } else {
                    b"HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"office\"\r\n\
                      content-length: 0\r\n\r\n"
                };
                if near.write_all(answer).await.is_ok() && admitted {
                    pass_on(near, there).await;
                }
            }
        })
        .await;
        Self { address, asked }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of what it was asked.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn head(near: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut octet = [0];
    while !head.ends_with(b"\r\n\r\n") && matches!(near.read(&mut octet).await, Ok(1)) {
        head.push(octet[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// A SOCKS proxy (RFC 1928) without a sign-in that leads to one server, whatever name it is asked for.
pub async fn socks_proxy(there: SocketAddr) -> SocketAddr {
    listen(move |mut near| async move {
        let mut greeting = [0; 2];
        if near.read_exact(&mut greeting).await.is_err() {
            return;
        }
        let mut methods = vec![0; usize::from(greeting[1])];
        let _ = near.read_exact(&mut methods).await;
        let _ = near.write_all(&[5, 0]).await;
        // A CONNECT to a name: version, command, reserved, 3, length, name, port.
        let mut request = [0; 5];
        let _ = near.read_exact(&mut request).await;
        assert_eq!(
            request[..4],
            [5, 1, 0, 3],
            "a name for the proxy to look up"
        );
        let mut name = vec![0; usize::from(request[4]) + 2];
        let _ = near.read_exact(&mut name).await;
        let _ = near.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await;
        pass_on(near, there).await;
    })
    .await
}
