// What the check of real files makes with ffmpeg: words for it, file, arguments. Those taken come with the type by which
// they are served, those refused with what the message must say.

const film = (rate = 25, size = "160x90") => ["-f", "lavfi", "-i", `testsrc2=size=${size}:rate=${rate}:duration=1.5`];
const tone = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=1.5"];
const h264 = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "35", "-pix_fmt", "yuv420p"];
const aac = ["-c:a", "aac", "-b:a", "32k"];
const av1 = ["-c:v", "libaom-av1", "-crf", "60", "-cpu-used", "8"];
const hevc = ["-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none", "-tag:v", "hvc1"];
const cover = ["-c:v", "copy", "-disposition:v", "attached_pic"];
const both = [...film(), ...tone];
/** Of the first film that is made: nothing is coded again. */
const again = ["-i", "tail.mp4", "-map", "0", "-c", "copy"];

/** What must not get through. A number is how films write that place, and the seconds since 1904. */
export const NOTES = { title: "Canary Title", artist: "Canary Artist", comment: "Canary Comment", location: "+48.8577+002.2950/" };
export const DAY = "2026-11-23T09:00:00Z";
export const CHAPTERS = `;FFMETADATA1
[CHAPTER]
TIMEBASE=1/1000
START=0
END=700
title=Canary Chapter
[CHAPTER]
TIMEBASE=1/1000
START=700
END=1500
title=Canary Chapter
`;
export const SAID = "1\n00:00:00,100 --> 00:00:00,900\nGood morning\n";

/** The first is what others are copied from. */
export const TAKEN = [
  ["H.264 and AAC in MP4, its index at the end", "tail.mp4", "video/mp4", [...both, ...h264, ...aac]],
  ["H.264 and AAC in MP4, its index first", "first.mp4", "video/mp4", [...again, "-movflags", "+faststart"]],
  ["an MP4 in fragments", "fragments.mp4", "video/mp4", [...again, "-movflags", "+frag_keyframe+empty_moov"]],
  ["an MP4 in fragments with an index of them", "dash.mp4", "video/mp4", [...again, "-movflags", "+dash+global_sidx", "-frag_duration", "300000"]],
  ["an MP4 of which every picture is a fragment", "pictures.mp4", "video/mp4", [...again, "-movflags", "+frag_every_frame+empty_moov+default_base_moof"]],
  ["an MP4 turned by 90°", "turned-90.mp4", "video/mp4", ["-display_rotation", "90", ...again]],
  ["an MP4 turned by 180°", "turned-180.mp4", "video/mp4", ["-display_rotation", "180", ...again]],
  ["an MP4 turned by 270° and mirrored", "turned-270.mp4", "video/mp4", ["-display_rotation", "270", "-display_hflip", ...again]],
  ["an MP4 in fragments, turned by 90°", "turned-fragments.mp4", "video/mp4", ["-display_rotation", "90", ...again, "-movflags", "+frag_keyframe+empty_moov"]],
  ["an MP4 with notes as phones write them", "phone.mp4", "video/mp4", [...again, "-movflags", "+use_metadata_tags"]],
  ["an MP4 with chapters", "chapters.mp4", "video/mp4", ["-i", "tail.mp4", "-i", "chapters.txt", "-map", "0", "-map_chapters", "1", "-c", "copy"]],
  ["an MP4 with subtitles", "subtitles.mp4", "video/mp4", ["-i", "tail.mp4", "-i", "said.srt", "-map", "0", "-map", "1", "-c", "copy", "-c:s", "mov_text"]],
  ["an MP4 with a time code", "timecode.mp4", "video/mp4", [...again, "-timecode", "01:02:03:04", "-write_tmcd", "on"]],
  ["an MP4 without sound", "silent.mp4", "video/mp4", [...film(), ...h264]],
  ["an MP4 of the simplest profile", "baseline.mp4", "video/mp4", [...both, ...h264, "-profile:v", "baseline", ...aac]],
  ["VP8 and Vorbis in WebM", "vp8.webm", "video/webm", [...both, "-c:v", "libvpx", "-b:v", "100k", "-c:a", "libvorbis"]],
  ["VP9 and Opus in WebM", "vp9.webm", "video/webm", [...both, "-c:v", "libvpx-vp9", "-crf", "50", "-b:v", "0", "-c:a", "libopus"]],
  ["a WebM with its index first", "cues.webm", "video/webm", ["-i", "vp9.webm", "-c", "copy", "-cues_to_front", "1"]],
  ["a WebM made for a live stream", "live.webm", "video/webm", ["-i", "vp9.webm", "-c", "copy", "-live", "1"]],
  ["AV1 in WebM, without sound", "av1.webm", "video/webm", [...film(), ...av1]],
  ["AV1 and Opus in WebM", "av1-opus.webm", "video/webm", [...both, ...av1, "-c:a", "libopus"]],
  ["a WebM of sound", "sound.weba", "audio/webm", [...tone, "-c:a", "libopus", "-f", "webm"]],
  ["MP3", "sound.mp3", "audio/mpeg", [...tone, "-c:a", "libmp3lame", "-b:a", "64k", "-write_id3v1", "1"]],
  ["MP3 of changing rate, with a cover", "cover.mp3", "audio/mpeg", [...tone, "-i", "cover.png", "-map", "0", "-map", "1", ...cover, "-c:a", "libmp3lame", "-q:a", "4", "-id3v2_version", "3"]],
  ["M4A", "sound.m4a", "audio/mp4", [...tone, ...aac]],
  ["M4A with a cover and chapters", "book.m4a", "audio/mp4", [...tone, "-i", "chapters.txt", "-i", "cover.png", "-map", "0", "-map", "2", "-map_chapters", "1", ...aac, ...cover]],
  ["AAC alone", "sound.aac", "audio/aac", [...tone, ...aac, "-write_id3v2", "1"]],
  ["Opus in Ogg", "opus.ogg", "audio/ogg", [...tone, "-c:a", "libopus"]],
  ["Vorbis in Ogg", "vorbis.ogg", "audio/ogg", [...tone, "-c:a", "libvorbis"]],
  ["FLAC", "sound.flac", "audio/flac", [...tone, "-c:a", "flac"]],
];

/** Words for it, file, what the message says, arguments. */
export const REFUSED = [
  ["a camcorder's recording", "film.m2ts", "an MPEG recording", [...both, "-c:v", "mpeg2video", "-c:a", "mp2", "-f", "mpegts", "-mpegts_m2ts_mode", "1"]],
  ["MXF", "film.mxf", "an MXF film", [...film(), "-c:v", "mpeg2video"]],
  ["large WAV", "sound.rf64", "uncompressed sound", [...tone, "-f", "wav", "-rf64", "always"]],
  ["Wave64", "sound.w64", "uncompressed sound", tone],
  ["CAF", "sound.caf", "a CAF recording", tone],
  ["AC-3 alone", "sound.ac3", "AC-3 sound", [...tone, "-c:a", "ac3"]],
  ["AVI", "film.avi", "an AVI video", [...both, "-c:v", "mpeg4", "-c:a", "libmp3lame"]],
  ["MPEG-2", "film.mpg", "an MPEG recording", [...both, "-c:v", "mpeg2video", "-c:a", "mp2"]],
  ["MPEG-2 as broadcast", "film.ts", "an MPEG recording", [...both, "-c:v", "mpeg2video", "-c:a", "mp2"]],
  ["QuickTime", "film.mov", "a QuickTime film", again],
  ["Matroska", "film.mkv", "a Matroska film", again],
  ["Windows Media", "film.wmv", "Windows Media", [...both, "-c:v", "wmv2", "-c:a", "wmav2"]],
  ["Flash", "film.flv", "a Flash video", [...both, "-c:v", "flv", "-c:a", "libmp3lame"]],
  ["HEVC in MP4", "hevc.mp4", "HEVC", [...both, ...hevc, ...aac]],
  ["AV1 in MP4", "av1.mp4", "AV1", [...film(), ...av1]],
  ["MPEG-4 part 2 in MP4", "mpeg4.mp4", "The picture is coded as", [...both, "-c:v", "mpeg4", ...aac]],
  ["H.264 in full colour", "colour.mp4", "full colour", [...film(), ...h264, "-pix_fmt", "yuv444p"]],
  ["H.264 of ten bits", "deep.mp4", "10", [...film(), ...h264, "-pix_fmt", "yuv420p10le"]],
  ["AC-3 in MP4", "ac3.mp4", "The sound is coded as", [...both, ...h264, "-c:a", "ac3"]],
  ["a film too large", "large.mp4", "3840 × 2160 at most", [...film(2, "3920x2200"), ...h264, "-preset", "ultrafast"]],
  ["a film too fast", "fast.mp4", "120 at most", [...film(150), ...h264]],
  ["WAV", "sound.wav", "uncompressed sound", tone],
  ["AIFF", "sound.aiff", "uncompressed sound", tone],
  ["MP2", "sound.mp2", "MP2 sound", [...tone, "-c:a", "mp2"]],
  ["Apple Lossless", "alac.m4a", "Apple Lossless", [...tone, "-c:a", "alac"]],
  ["FLAC in Ogg", "flac.ogg", "FLAC in Ogg", [...tone, "-c:a", "flac"]],
];
