//! A file on its way in: its bytes follow the line that asks, or are copied from the open file when no server runs.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::app::{App, upload};
use crate::error::{Error, Result};
use crate::limits;
use crate::media::clip;
use crate::media::files::{Unfinished, unwritten};
use crate::media::picture::Shape;
use crate::model::ids::MediaId;
use crate::model::media::About;
use crate::model::power::Attach;
use crate::model::user::By;

/// What is sent, and what is said about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Upload {
    pub about: About,
    /// Bytes that follow.
    length: u64,
    #[serde(skip)]
    content: Content,
}

#[derive(Debug, Clone, Default)]
enum Content {
    #[default]
    ToCome,
    /// With whoever asks.
    Open(Arc<File>),
    /// With the server.
    Arrived(Arc<Mutex<Option<Unfinished>>>),
}

impl Upload {
    /// Of a regular file, from its beginning.
    pub fn new(file: File, about: About) -> std::io::Result<Self> {
        Ok(Self { about, length: file.metadata()?.len(), content: Content::Open(Arc::new(file)) })
    }

    /// Sends the bytes that the line announced.
    pub(super) fn send(&self, to: &mut impl std::io::Write) -> std::io::Result<()> {
        let Content::Open(file) = &self.content else { return Ok(()) };
        let mut file = file.as_ref();
        file.rewind()?;
        let sent = std::io::copy(&mut file.take(self.length), to)?;
        if sent == self.length { Ok(()) } else { Err(std::io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Writes the announced bytes down as they arrive.
    pub(super) async fn receive(&mut self, app: &App, from: &mut (impl AsyncRead + Unpin)) -> Result<()> {
        clip::check_weight(self.length, app.heaviest())?;
        app.files.expect_upload(self.length, self.length, 0)?;
        let broken = |e| Error::broken("receive a file", e);
        let (mut file, mut left) = (app.files.begin()?, self.length);
        let mut room = vec![0; limits::control::PIECE];
        while left > 0 {
            let most = usize::try_from(left).unwrap_or(room.len()).min(room.len());
            let read = from.read(room.get_mut(..most).unwrap_or_default()).await.map_err(broken)?;
            let Some(bytes) = room.get(..read).filter(|bytes| !bytes.is_empty()) else {
                return Err(broken(std::io::ErrorKind::UnexpectedEof.into()));
            };
            file.file.write_all(bytes).map_err(unwritten)?;
            left -= read as u64;
        }
        self.content = Content::Arrived(Arc::new(Mutex::new(Some(file))));
        Ok(())
    }

    /// The file itself.
    pub(super) fn unfinished(self, app: &App) -> Result<Unfinished> {
        self.content.file(app)
    }

    pub(super) async fn take(self, app: &Arc<App>, by: By<Attach>) -> Result<MediaId> {
        self.take_as(app, by, Shape::Whole).await
    }

    /// As `take`; a picture, which is to have a shape.
    pub(super) async fn take_as(self, app: &Arc<App>, by: By<Attach>, shape: Shape) -> Result<MediaId> {
        Ok(upload::take_as(app, by, self.content.file(app)?, self.about, shape).await?.id)
    }
}

impl Content {
    fn file(self, app: &App) -> Result<Unfinished> {
        match self {
            Self::Arrived(file) => {
                let file = file.lock().map_err(|_| Error::bug("a thread panicked while it held a file"))?.take();
                file.ok_or_else(|| Error::bug("a file is used twice"))
            }
            Self::Open(open) => {
                let broken = |e| Error::broken("copy a file", e);
                let length = open.metadata().map_err(broken)?.len();
                clip::check_weight(length, app.heaviest())?;
                app.files.expect_upload(length, length, 0)?;
                let (mut file, mut open) = (app.files.begin()?, open.as_ref());
                open.rewind().map_err(broken)?;
                std::io::copy(&mut open, &mut file.file).map_err(unwritten)?;
                Ok(file)
            }
            Self::ToCome => Err(Error::bug("a file was announced and did not come")),
        }
    }
}
