//! Looking at pages of a site that does as it likes.

mod reading;
mod site;

use std::{io::Cursor, time::Duration};

use image::{DynamicImage, ImageFormat, RgbImage, RgbaImage};
use kith_core::{Page, PageOutcome};
use kith_wire::Picture;
use url::Url;

use self::site::{Does, Site};
use super::{Reach, Viewer, fetch::Fetcher, picture};
use crate::tasks::Tasks;

const PAGE: &str = "<html><head><title>A page</title><meta name=description content='About it'></head><body>";

fn viewer() -> Viewer {
    Viewer::new(Reach::ThisMachine, Tasks::new())
}

async fn look(site: &Site, path: &str) -> PageOutcome {
    viewer().look(&site.url(path)).await
}

fn page(outcome: PageOutcome) -> Page {
    if let PageOutcome::Page(page) = outcome { page } else { panic!("{outcome:?}") }
}

fn html(text: impl Into<String>) -> Does {
    Does::Answer { kind: "text/html; charset=utf-8".into(), headers: String::new(), body: text.into().into_bytes() }
}

fn to(location: impl Into<String>) -> Does {
    Does::Redirect(location.into())
}

fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    // Noise, as it does not become small.
    let mut seed = 1_u32;
    let mut next = || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        seed.to_be_bytes()[0]
    };
    let picture = RgbImage::from_fn(width, height, |_, _| image::Rgb([next(), next(), next()]));
    written(&DynamicImage::ImageRgb8(picture), format)
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn image(kind: &str, body: Vec<u8>) -> Does {
    Does::Answer { kind: kind.into(), headers: String::new(), body }
}

#[tokio::test]
async fn a_page_says_what_it_is() {
    let site = Site::new(|path, _| match path {
        "/page?a=b" => html(
            "<head><title>no</title><meta property='og:title' content='Title &amp; more'>
            <meta property=og:description content=\"A &#8220;page&#8221;\"><meta property=og:image content='/i.png'>",
        ),
        "/i.png" => image("image/png", photo(900, 480, ImageFormat::Png)),
        _ => Does::Missing,
    });
    let seen = page(look(&site, "/page?a=b#part").await);
    assert_eq!((seen.title.as_str(), seen.description.as_str()), ("Title & more", "A “page”"));
    let picture = Picture::read(seen.picture.expect("a picture")).expect("one that recipients take");
    assert_eq!(picture.format(), kith_wire::PictureFormat::Jpeg);
    assert!(picture.size().0 <= 480 && picture.size().1 <= 480 && picture.size().0 > picture.size().1);
}

#[tokio::test]
async fn every_visit_looks_the_same_and_carries_nothing() {
    let site = Site::new(|path, _| match path {
        "/" => Does::Answer {
            kind: "text/html".into(),
            headers: "Set-Cookie: who=you; Path=/\r\nLink: </style.css>; rel=preload\r\n".into(),
            body: format!("{PAGE}<img src=/pixel.png><script src=/x.js></script>").into_bytes(),
        },
        _ => Does::Missing,
    });
    let mut viewer = viewer();
    page(viewer.look(&site.url("/")).await);
    page(viewer.look(&site.url("/")).await);
    let seen = site.requests();
    assert_eq!(seen.len(), 2, "nothing but the page is fetched: {seen:?}");
    assert_eq!(seen[0], seen[1], "cookies are not sent back");
    let expected = format!(
        "GET / HTTP/1.1\r\nhost: {}\r\nuser-agent: Mozilla/5.0 (compatible; KithLinkPreview/1)\r\n\
        accept: text/html, application/xhtml+xml\r\naccept-encoding: identity\r\nconnection: close\r\n\r\n",
        site.host()
    );
    assert_eq!(seen[0], expected);
}

#[tokio::test]
async fn redirects_are_followed_three_times_and_looked_at_each_time() {
    let site = Site::new(|path, host| match path {
        "/3" => to("/2"),
        "/2" => to(format!("http://{host}/1")),
        "/1" => to("0"),
        "/0" => html(PAGE),
        "/4" => to("/3"),
        "/loop" => to("/loop"),
        "/router" => to("http://192.168.1.1/"),
        "/cloud" => to("http://169.254.169.254/latest/meta-data/"),
        "/v6" => to("http://[fe80::1]/"),
        "/file" => to("file:///etc/passwd"),
        "/user" => to(format!("http://me:secret@{host}/0")),
        "/nowhere" => Does::Answer { kind: "text/html".into(), headers: String::new(), body: Vec::new() },
        _ => Does::Missing,
    });
    assert_eq!(page(look(&site, "/3").await).title, "A page");
    assert_eq!(look(&site, "/4").await, PageOutcome::Nothing);
    assert_eq!(look(&site, "/loop").await, PageOutcome::Nothing);
    for path in ["/router", "/cloud", "/v6", "/file", "/user"] {
        assert_eq!(look(&site, path).await, PageOutcome::Refused, "{path}");
    }
    assert_eq!(look(&site, "/missing").await, PageOutcome::Nothing);
    assert_eq!(page(look(&site, "/nowhere").await), Page::default());
}

#[tokio::test]
async fn from_the_internet_nothing_here_is_reached() {
    let site = Site::new(|_, _| html(PAGE));
    let mut viewer = Viewer::new(Reach::Internet, Tasks::new());
    let port = site.port();
    for url in [
        site.url("/"),
        format!("https://127.0.0.1:{port}/"),
        format!("https://localhost:{port}/"),
        "https://localhost/".to_owned(),
        "https://127.0.0.1/".to_owned(),
        "https://2130706433/".to_owned(),
        "https://0x7f.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://[::ffff:127.0.0.1]/".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://me@example.org/".to_owned(),
        "http://example.org/".to_owned(),
        "https://example.org:8443/".to_owned(),
        "ftp://example.org/".to_owned(),
    ] {
        assert_eq!(viewer.look(&url).await, PageOutcome::Refused, "{url}");
    }
    assert_eq!(site.connections(), 0);
}

#[tokio::test]
async fn a_page_that_does_not_end_is_read_until_its_head_does() {
    let site = Site::new(|path, _| match path {
        "/body" => Does::Endless { kind: "text/html".into(), start: PAGE.into(), more: "<p>and so on".repeat(100) },
        "/head" => Does::Endless {
            kind: "text/html".into(),
            start: "<head><title>Long</title>".into(),
            more: "<link rel=x>".repeat(100),
        },
        "/picture" => Does::Endless { kind: "image/png".into(), start: String::new(), more: "x".repeat(4096) },
        _ => html("<title>With</title><meta property=og:image content=/picture>"),
    });
    assert_eq!(page(look(&site, "/body").await).title, "A page");
    assert_eq!(page(look(&site, "/head").await).title, "Long", "half a mebibyte is read at most");
    assert_eq!(page(look(&site, "/").await).picture, None);
}

#[tokio::test]
async fn a_site_that_is_slow_costs_no_more_than_the_limit() {
    let site = Site::new(|path, _| match path {
        "/silent" => Does::Wait(String::new()),
        "/headers" => Does::Wait("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX: ".into()),
        "/body" => Does::Wait("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<head><title>Slo".into()),
        "/picture" => Does::Wait("HTTP/1.1 200 OK\r\nContent-Type: image/png\r\n\r\n".into()),
        _ => html("<title>With</title><meta property=og:image content=/picture>"),
    });
    let mut viewer = Viewer { limit: Duration::from_millis(300), ..viewer() };
    for path in ["/silent", "/headers", "/body"] {
        assert_eq!(viewer.look(&site.url(path)).await, PageOutcome::Unreachable, "{path}");
    }
    let seen = page(viewer.look(&site.url("/")).await);
    assert_eq!((seen.title.as_str(), seen.picture), ("With", None), "a page is shown without its picture");
}

#[tokio::test]
async fn what_is_no_page_is_not_read() {
    let long = format!("X-Long: {}\r\n", "x".repeat(100_000));
    let many = "X-Many: x\r\n".repeat(200);
    let answer = |kind: &str, headers: &str| Does::Answer {
        kind: kind.to_owned(),
        headers: headers.to_owned(),
        body: PAGE.as_bytes().to_vec(),
    };
    let site = Site::new(move |path, _| match path {
        "/zip" => answer("application/zip", ""),
        "/text" => answer("text/plain", ""),
        "/none" => answer("", ""),
        "/svg" => answer("image/svg+xml", ""),
        // A few bytes that would unpack to gigabytes.
        "/gzip" => answer("text/html", "Content-Encoding: gzip\r\n"),
        "/long" => answer("text/html", &long),
        "/many" => answer("text/html", &many),
        "/junk" => Does::Say("junk\r\n\r\n".into()),
        "/cut" => Does::Say("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 500\r\n\r\n<title>".into()),
        _ => Does::Missing,
    });
    for path in ["/zip", "/text", "/none", "/svg", "/gzip"] {
        assert_eq!(look(&site, path).await, PageOutcome::Nothing, "{path}");
    }
    for path in ["/long", "/many", "/junk", "/cut"] {
        assert_eq!(look(&site, path).await, PageOutcome::Unreachable, "{path}");
    }
    let closed = Site::closed();
    assert_eq!(viewer().look(&closed).await, PageOutcome::Unreachable);
}

#[tokio::test]
async fn pictures_elsewhere_are_looked_at_as_pages_are() {
    let site = Site::new(|path, host| match path {
        "/far" => html("<title>x</title><meta property=og:image content='http://192.168.1.1/i.png'>"),
        "/data" => html("<title>x</title><meta property=og:image content='data:image/png;base64,AAAA'>"),
        "/lie" => html("<title>x</title><meta property=og:image content=/html.png>"),
        "/html.png" => image("text/html", photo(100, 100, ImageFormat::Png)),
        "/there" => html(format!("<title>x</title><meta property=og:image content='http://{host}/moved.png'>")),
        "/moved.png" => to("/i.png"),
        "/i.png" => image("image/png", photo(100, 100, ImageFormat::Png)),
        _ => Does::Missing,
    });
    for path in ["/far", "/data", "/lie"] {
        assert_eq!(page(look(&site, path).await).picture, None, "{path}");
    }
    assert!(page(look(&site, "/there").await).picture.is_some());
}

#[test]
fn pictures_become_small_ones_whatever_they_were() {
    for (format, width, height) in
        [(ImageFormat::Jpeg, 1600, 900), (ImageFormat::Png, 700, 1200), (ImageFormat::WebP, 64, 64)]
    {
        let small = Picture::read(picture::small(&photo(width, height, format)).expect("a picture")).expect("small");
        assert_eq!(small.format(), kith_wire::PictureFormat::Jpeg);
        assert!(small.size().0 <= width && small.size().1 <= height);
    }
    let clear = written(&DynamicImage::ImageRgba8(RgbaImage::new(64, 64)), ImageFormat::Png);
    let seen = image::load_from_memory(&picture::small(&clear).unwrap()).unwrap().to_rgb8();
    assert!(seen.get_pixel(5, 5).0.iter().all(|color| *color > 250), "what is clear is white");
}

#[test]
fn what_is_no_sensible_picture_is_none() {
    let png = photo(100, 100, ImageFormat::Png);
    let sized = |width: u32, height: u32| {
        let mut bytes = png.clone();
        bytes[16..20].copy_from_slice(&width.to_be_bytes());
        bytes[20..24].copy_from_slice(&height.to_be_bytes());
        bytes
    };
    // A few bytes that say they are gigabytes.
    for bad in [sized(60_000, 60_000), sized(4096, 4096), sized(u32::MAX, 1), sized(0, 0), png[..200].to_vec()] {
        assert_eq!(picture::small(&bad), None);
    }
    assert_eq!(picture::small(&photo(1, 1, ImageFormat::Png)), None, "one pixel counts visitors");
    for bad in [&b"GIF89a"[..], b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", b"BM", b"\xff\xd8\xff"] {
        assert_eq!(picture::small(bad), None);
    }
}

#[tokio::test]
async fn over_tls_the_site_is_who_its_certificate_says() {
    let (site, authority) = site::secure(&["localhost"], html(PAGE));
    let mut roots = rustls::RootCertStore::empty();
    roots.add(authority).unwrap();
    let fetcher = Fetcher::trusting(Reach::ThisMachine, Tasks::new(), roots).unwrap();
    let mut viewer = Viewer { fetcher, ..viewer() };
    let url = |host: &str| Url::parse(&format!("https://{host}:{}/", site.port())).unwrap().to_string();
    assert_eq!(page(viewer.look(&url("localhost")).await).title, "A page");
    assert_eq!(viewer.look(&url("127.0.0.1")).await, PageOutcome::Unreachable, "another name");
    let stranger = rustls::RootCertStore::empty();
    let fetcher = Fetcher::trusting(Reach::ThisMachine, Tasks::new(), stranger).unwrap();
    let mut viewer = Viewer { fetcher, ..viewer };
    assert_eq!(viewer.look(&url("localhost")).await, PageOutcome::Unreachable, "nobody vouches for it");
}
