//! More visitors than files may be open.

use super::*;

/// More connections than files may be open: the command line still reaches the server, what it says is written down, and
/// visitors come in again when there is room.
#[test]
fn a_server_out_of_files_goes_on() {
    let data = Data::set_up();
    let shell = data.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut few = Command::new("sh");
    few.args(["-c", "ulimit -n 96; exec \"$0\" \"$@\""]).arg(shell.get_program()).args(shell.get_args());
    let server = Server::run(few.stdin(Stdio::null()));
    let crowd: Vec<TcpStream> = (0..300)
        .filter_map(|_| {
            let mut stream = TcpStream::connect(("127.0.0.1", server.port())).ok()?;
            stream.write_all(b"GET / HTTP/1.1\r\n").ok()?;
            Some(stream)
        })
        .collect();
    assert!(crowd.len() > 96);
    let id = data.fine(&["post", "new", "--as", "press", "--lang", "en", "--text", "All is well."]);
    drop(crowd);
    let ask = || {
        let mut stream = TcpStream::connect(("127.0.0.1", server.port())).ok()?;
        stream.write_all(b"GET /@press HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.starts_with("HTTP/1.1 200").then_some(answer)
    };
    let page = (0..100_000).find_map(|_| ask()).expect("it never lets anybody in again");
    assert!(page.contains("All is well."), "{id}");
    assert_eq!(server.stop("-TERM").0, Some(0));
}
