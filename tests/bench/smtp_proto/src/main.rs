//! For each line "KIND ROUNDS OCTETS" on standard input, and so many octets behind it: the
//! nanoseconds that smtp-proto takes to read them, on a line of standard output. KIND is "commands"
//! for lines of a client, "hello" for the reply to EHLO, else "reply".

use smtp_proto::request::receiver::RequestReceiver;
use smtp_proto::response::parser::ResponseReceiver;
use smtp_proto::EhloResponse;
use std::hint::black_box;
use std::io::{self, BufRead, Read, Write};
use std::time::Instant;

fn read_reply(octets: &[u8]) {
    let mut receiver = ResponseReceiver::default();

    black_box(receiver.parse(&mut black_box(octets).iter()).expect("a reply"));
}

fn read_hello(octets: &[u8]) {
    black_box(EhloResponse::parse(&mut black_box(octets).iter()).expect("a hello"));
}

fn read_commands(octets: &[u8]) {
    let mut receiver = RequestReceiver::default();
    let mut rest = black_box(octets).iter();

    while !rest.as_slice().is_empty() {
        black_box(receiver.ingest(&mut rest).expect("a command"));
    }
}

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut line = String::new();

    while input.read_line(&mut line)? > 0 {
        let words: Vec<&str> = line.split_whitespace().collect();
        let rounds: u32 = words[1].parse().expect("rounds");
        let mut octets = vec![0; words[2].parse().expect("octets")];
        let read = match words[0] {
            "commands" => read_commands,
            "hello" => read_hello,
            _ => read_reply,
        };

        input.read_exact(&mut octets)?;
        let start = Instant::now();
        for _ in 0..rounds {
            read(&octets);
        }
        println!("{}", start.elapsed().as_nanos() as f64 / f64::from(rounds));
        io::stdout().flush()?;
        line.clear();
    }
    Ok(())
}
