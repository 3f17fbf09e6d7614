//! Log lines: one per event, `key=value` or JSON, no addresses of readers. Under systemd with priorities and without
//! times, which the journal adds itself.

use std::fmt::{self, Write as _};
use std::io::IsTerminal as _;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::{FormatEvent, FormatFields, Writer};
use tracing_subscriber::fmt::time::FormatTime;
use tracing_subscriber::fmt::{FmtContext, MakeWriter};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::out;
use crate::base::time::Clock;
use crate::config::LogFormat;

/// Log lines of a server are its output; those of a command are not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum To {
    Output,
    Error,
}

/// Starts logging for this process, once.
pub fn start(format: LogFormat, to: To, verbose: bool) {
    let own = match (to, verbose) {
        (_, true) => LevelFilter::DEBUG,
        (To::Output, false) => LevelFilter::INFO,
        (To::Error, false) => LevelFilter::WARN,
    };
    let levels = Targets::new().with_default(LevelFilter::WARN).with_target("instance", own);
    let registry = tracing_subscriber::registry().with(levels);
    let journal = std::env::var_os("JOURNAL_STREAM").is_some() && !std::io::stdout().is_terminal();
    let started = match format {
        LogFormat::Json => {
            let layer = tracing_subscriber::fmt::layer()
                .json()
                .flatten_event(true)
                .with_current_span(false)
                .with_span_list(false);
            registry.with(layer.with_target(false).with_timer(Now).with_writer(Lines(to))).try_init()
        }
        LogFormat::Text => {
            let layer = tracing_subscriber::fmt::layer().event_format(Text { journal }).with_writer(Lines(to));
            registry.with(layer).try_init()
        }
    };
    // A second start in one process (tests) changes nothing.
    drop(started);
}

struct Now;

impl FormatTime for Now {
    fn format_time(&self, w: &mut Writer<'_>) -> fmt::Result {
        w.write_str(&Clock::System.now().rfc3339_millis())
    }
}

/// Where lines go. A reader that went away must not stop the server.
#[derive(Clone, Copy)]
struct Lines(To);

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        match self.0 {
            To::Output => out::print(&text),
            To::Error => out::say(&text),
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// `2026-11-23T09:00:00Z warn  message  key=value`.
struct Text {
    journal: bool,
}

impl<S, N> FormatEvent<S, N> for Text
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut words = Words::default();
        event.record(&mut words);
        if self.journal {
            write!(writer, "<{}>", priority(*event.metadata().level()))?;
        } else {
            write!(
                writer,
                "{} {:<5} ",
                Clock::System.now().rfc3339(),
                event.metadata().level().as_str().to_lowercase()
            )?;
        }
        writeln!(writer, "{}{}", words.message, words.fields)
    }
}

/// As in syslog(3).
fn priority(level: Level) -> u8 {
    match level {
        Level::ERROR => 3,
        Level::WARN => 4,
        Level::INFO => 6,
        Level::DEBUG | Level::TRACE => 7,
    }
}

/// An event's words on one line, whatever strangers put into them.
#[derive(Default)]
struct Words {
    message: String,
    fields: String,
}

impl Words {
    fn put(&mut self, field: &Field, text: &str) {
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{text}"),
            name if text.contains([' ', '"', '=']) || text.is_empty() => {
                write!(self.fields, " {name}=\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
            }
            name => write!(self.fields, " {name}={text}"),
        };
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, &format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn an_event_is_one_line_whatever_it_carries() {
        let kept = Kept::default();
        let writer = kept.clone();
        let layer =
            tracing_subscriber::fmt::layer().event_format(Text { journal: true }).with_writer(move || writer.clone());
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
            tracing::warn!(host = "x.example", said = %"no\n<3>forged \"line\"\u{1b}[2J", empty = "", "was refused");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert_eq!(text, "<4>was refused host=x.example said=\"no <3>forged \\\"line\\\" [2J\" empty=\"\"\n");
    }
}
