#!/bin/sh
# Makes the clips of this folder anew: one second each, small, with a title and a place that must not get through.
# FFMPEG names the program; pip install imageio-ffmpeg brings one.
set -eu
cd "$(dirname "$0")"
ff() { "${FFMPEG:-ffmpeg}" -hide_banner -loglevel error -y "$@"; }
notes="-metadata title=Secret -metadata comment=Secret -metadata location=+48.8577+002.295/ -metadata creation_time=2026-11-23T09:00:00Z"
picture="-f lavfi -i testsrc2=size=64x36:rate=10:duration=1"
sound="-f lavfi -i sine=frequency=440:sample_rate=44100:duration=1"
h264="-c:v libx264 -preset veryslow -crf 40 -pix_fmt yuv420p -x264-params no-info=1"
aac="-c:a aac -b:a 16k -ac 1 -ar 22050"
exact="-fflags +bitexact -flags:v +bitexact -flags:a +bitexact"

# shellcheck disable=SC2086
{
    ff $picture $sound $h264 $aac $notes $exact tail.mp4
    ff $picture $sound $h264 $aac $notes $exact -movflags +faststart first.mp4
    ff -i tail.mp4 -c copy $notes $exact -movflags +frag_keyframe+empty_moov fragments.mp4
    ff -i tail.mp4 -c copy $notes $exact -movflags +dash+global_sidx -frag_duration 300000 dash.mp4
    ff -i tail.mp4 -c copy $exact -movflags +negative_cts_offsets+delay_moov+frag_every_frame+default_base_moof every-frame.mp4
    for turn in 90 180 270; do ff -display_rotation $turn -i tail.mp4 -c copy $notes $exact turned-$turn.mp4; done
    ff -i tail.mp4 -c copy $exact -timecode 01:02:03:04 -write_tmcd on timecode.mp4
    printf '1\n00:00:00,100 --> 00:00:00,900\nGood morning\n' >subtitles.srt
    ff -i tail.mp4 -i subtitles.srt -c copy -c:s mov_text $exact subtitles.mp4
    ff $picture $h264 -an $notes $exact silent.mp4
    ff $picture $sound -c:v libx264 -profile:v baseline -crf 40 -pix_fmt yuv420p -x264-params no-info=1 -c:a aac -b:a 24k $exact baseline.mp4

    ff $picture $sound -c:v libvpx -crf 60 -b:v 20k -c:a libvorbis -ac 1 -q:a 0 $notes $exact vp8.webm
    ff $picture $sound -c:v libvpx-vp9 -crf 60 -b:v 0 -c:a libopus -b:a 8k -ac 1 $notes $exact vp9.webm
    ff $picture -c:v libaom-av1 -crf 60 -cpu-used 8 -an $notes $exact av1.webm
    ff $picture -c:v libvpx-vp9 -crf 60 -b:v 0 -an $notes $exact -f webm - | cat >live.webm
    ff $sound -c:a libopus -b:a 8k -ac 1 $notes $exact sound.webm

    ff $sound -c:a libmp3lame -b:a 16k -ac 1 -ar 22050 $notes $exact sound.mp3
    ff $sound -c:a libmp3lame -q:a 9 -ac 1 $notes $exact changing.mp3
    ff $sound $aac $notes $exact sound.m4a
    ff $sound $aac $notes $exact sound.aac
    ff $sound -c:a libopus -b:a 8k -ac 1 $notes $exact opus.ogg
    ff $sound -c:a libvorbis -q:a 0 -ac 1 -ar 22050 $notes $exact vorbis.ogg
    ff $sound -ac 1 -ar 8000 $notes $exact sound.flac

    # Not taken.
    ff $picture -c:v libx264 -crf 40 -pix_fmt yuv444p $exact full-colour.mp4
    ff $picture -c:v libx265 -crf 40 -x265-params log-level=none:info=0 -tag:v hvc1 $exact hevc.mp4
    ff -i tail.mp4 -c copy $notes $exact quicktime.mov
    ff -i tail.mp4 -c copy $notes $exact matroska.mkv
    ff $sound -ac 1 -ar 4000 $notes $exact sound.wav
    rm subtitles.srt
}
