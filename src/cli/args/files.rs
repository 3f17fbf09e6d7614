//! Words about the files of a post: what is said about pictures, and what belongs to video and sound.

use clap::Args;

/// What is said about pictures besides their descriptions.
#[derive(Debug, Args)]
pub struct Pictures {
    /// The picture at this place says nothing that the text does not, and needs no description
    #[arg(long, value_name = "NUMBER")]
    pub decorative: Vec<usize>,
    /// Where to look in the picture at a place: --focus 1 0.5,-0.25 is right of the middle and a little below
    #[arg(long, num_args = 2, value_names = ["NUMBER", "X,Y"], allow_hyphen_values = true)]
    pub focus: Vec<String>,
}

/// What belongs to a video or a sound. A post with several says of which by its place: --captions 2:en=film.vtt
#[derive(Debug, Default, Args)]
pub struct Recordings {
    /// Captions (VTT or SRT) and their language; repeat it for more
    #[arg(long, value_name = "LANG=FILE")]
    pub captions: Vec<String>,
    /// The picture that stands for it until it plays
    #[arg(long, value_name = "FILE")]
    pub poster: Vec<String>,
    /// A text with what is said; captions have it already
    #[arg(long, value_name = "FILE")]
    pub transcript: Vec<String>,
    /// Why there are no captions: no-speech, in-picture, in-text, or a sentence for readers
    #[arg(long, value_name = "REASON")]
    pub no_captions: Vec<String>,
}
