//! Turns, with made-up wakes and a clock that is a number.

use super::*;

const NOW: Timestamp = Timestamp(1_000_000);
/// Room for everybody.
const WIDE: usize = 100_000;

/// An activity of an account to servers.
fn flow(activity: u64, account: u64, urgent: bool, to: std::ops::Range<u64>) -> Vec<Wake> {
    let of = Flow { activity: ActivityId(activity), account: AccountId(account), urgent };
    to.map(|server| Wake { server: ServerId(server), at: NOW, of: Some(of) }).collect()
}

fn wake(server: u64, at: Timestamp) -> Vec<Wake> {
    vec![Wake { server: ServerId(server), at, of: None }]
}

fn take(lanes: &mut Lanes, count: usize) -> Vec<u64> {
    std::iter::from_fn(|| lanes.next(NOW, WIDE)).map(|server| server.0).take(count).collect()
}

fn ended(server: u64, next: Option<Timestamp>) -> Ended {
    Ended { server: ServerId(server), next, urgent: false, troubled: false }
}

fn troubled(server: u64) -> Ended {
    Ended { troubled: true, ..ended(server, Some(NOW)) }
}

#[test]
fn a_wake_during_work_is_not_lost_and_a_lane_is_worked_by_one() {
    let mut lanes = Lanes::start(wake(1, NOW.plus(SLOW_AFTER)), Vec::new(), NOW);
    assert_eq!(lanes.next(NOW, WIDE), None, "it is not due yet");
    assert_eq!(lanes.soonest(), Some(NOW.plus(SLOW_AFTER)));
    let later = NOW.plus(SLOW_AFTER);
    assert_eq!(lanes.next(later, WIDE), Some(ServerId(1)));
    lanes.hear(wake(1, later), later);
    assert_eq!(lanes.next(later, WIDE), None);
    lanes.end(ended(1, None), later);
    assert_eq!(lanes.next(later, WIDE), Some(ServerId(1)));
    lanes.end(ended(1, None), later);
    assert_eq!((lanes.soonest(), lanes.are_at_work()), (None, false));
}

#[test]
fn the_earliest_wake_counts() {
    let mut lanes = Lanes::start(wake(1, Timestamp(50)), Vec::new(), Timestamp(0));
    lanes.hear(wake(1, Timestamp(20)), Timestamp(0));
    lanes.hear(wake(1, Timestamp(40)), Timestamp(0));
    assert_eq!(lanes.soonest(), Some(Timestamp(20)));
    assert_eq!(lanes.later.len(), 1);
}

#[test]
fn urgent_lanes_come_first() {
    let mut lanes = Lanes::start(flow(1, 1, false, 0..1000), Vec::new(), NOW);
    take(&mut lanes, 10);
    lanes.hear(flow(2, 1, true, 500..502), NOW);
    assert_eq!(take(&mut lanes, 3), [500, 501, 10]);
}

#[test]
fn a_lane_at_work_goes_on_urgently_with_what_is_urgent() {
    let mut lanes = Lanes::start(flow(1, 1, false, 0..1000), Vec::new(), NOW);
    take(&mut lanes, 1);
    lanes.hear(flow(2, 1, true, 0..1), NOW);
    lanes.end(ended(0, Some(NOW)), NOW);
    assert_eq!(take(&mut lanes, 2), [0, 1]);
}

#[test]
fn a_small_post_is_not_stuck_behind_a_large_one() {
    let mut lanes = Lanes::start(flow(1, 1, false, 0..8000), Vec::new(), NOW);
    take(&mut lanes, 100);
    lanes.hear(flow(2, 2, false, 9000..9010), NOW);
    let next = take(&mut lanes, 21);
    assert_eq!(next.iter().filter(|server| **server >= 9000).count(), 10, "{next:?}");
    assert!(next.contains(&109), "nor does it stop the large one: {next:?}");
}

#[test]
fn many_posts_of_one_account_do_not_crowd_out_anothers() {
    let mut lanes = Lanes::default();
    for n in 0..10 {
        lanes.hear(flow(n, 1, false, n * 1000..(n + 1) * 1000), NOW);
    }
    lanes.hear(flow(99, 2, false, 20_000..21_000), NOW);
    let others = take(&mut lanes, 400).into_iter().filter(|server| *server >= 20_000).count();
    // The ten share 1 + 1/2 + … + 1/10, which is 2.9, with one that has all of its turns.
    assert!((90..=110).contains(&others), "{others}");
}

#[test]
fn a_lane_with_much_to_say_goes_behind_those_who_wait() {
    let mut lanes = Lanes::start(flow(1, 1, false, 0..10), Vec::new(), NOW);
    assert_eq!(take(&mut lanes, 1), [0]);
    lanes.end(ended(0, Some(NOW)), NOW);
    assert_eq!(take(&mut lanes, 20), [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]);
}

#[test]
fn lanes_that_hang_leave_their_place_after_a_second() {
    let mut lanes = Lanes::start(flow(1, 1, false, 0..200), Vec::new(), NOW);
    for server in 0..64 {
        assert_eq!(lanes.next(NOW, 64), Some(ServerId(server)));
    }
    assert_eq!(lanes.next(NOW, 64), None);
    assert!(lanes.are_kept_waiting());
    lanes.end(ended(0, None), NOW);
    let later = NOW.plus(SLOW_AFTER);
    assert_eq!(lanes.next(later, 64), Some(ServerId(64)), "younger than a second");
    lanes.age(later);
    for server in 65..128 {
        assert_eq!(lanes.next(later, 64), Some(ServerId(server)));
    }
    assert_eq!(lanes.next(later, 64), None, "63 hang, and 64 others are at work");
    lanes.end(ended(1, Some(later)), later);
    assert_eq!(lanes.next(later, 64), Some(ServerId(1)), "it goes on among the slow ones");
}

#[test]
fn when_even_the_slow_have_no_room_they_stay_where_they_are() {
    let all = u64::try_from(2 * SLOW_LANES).unwrap();
    let mut lanes = Lanes::start(flow(1, 1, false, 0..all), Vec::new(), NOW);
    take(&mut lanes, 2 * SLOW_LANES);
    lanes.age(NOW.plus(SLOW_AFTER));
    assert_eq!(lanes.at_work, [SLOW_LANES, SLOW_LANES]);
    lanes.end(ended(0, None), NOW);
    lanes.age(NOW.plus(SLOW_AFTER));
    assert_eq!(lanes.at_work, [SLOW_LANES - 1, SLOW_LANES]);
}

#[test]
fn servers_in_trouble_take_no_room_from_healthy_ones() {
    let sick: Vec<ServerId> = (0..1000).map(ServerId).collect();
    let mut lanes = Lanes::start(flow(1, 1, false, 0..2000), sick, NOW);
    let mut taken = Vec::new();
    while let Some(server) = lanes.next(NOW, 64) {
        taken.push(server.0);
    }
    assert_eq!(taken.iter().filter(|server| **server >= 1000).count(), 64);
    assert_eq!(taken.iter().filter(|server| **server < 1000).count(), TROUBLED_LANES);
    assert!(taken.iter().take(64).all(|server| *server >= 1000), "healthy ones are tried first");
}

#[test]
fn a_server_that_failed_is_in_trouble_until_it_answers() {
    let mut lanes = Lanes::start(flow(1, 1, false, 0..2), Vec::new(), NOW);
    take(&mut lanes, 2);
    lanes.end(troubled(0), NOW);
    lanes.end(ended(1, Some(NOW)), NOW);
    assert_eq!(take(&mut lanes, 2), [1, 0]);
    assert_eq!(lanes.at_work, [1, 1]);
    lanes.end(ended(0, Some(NOW)), NOW);
    lanes.end(ended(1, None), NOW);
    assert_eq!(take(&mut lanes, 1), [0]);
    assert_eq!(lanes.at_work, [1, 0]);
}

#[test]
fn what_is_over_is_forgotten() {
    let mut lanes = Lanes::default();
    for n in 0..50 {
        lanes.hear(flow(n, n, n % 2 == 0, 0..100), NOW);
        for server in take(&mut lanes, 1000) {
            lanes.end(ended(server, None), NOW);
        }
    }
    lanes.hear(flow(99, 99, false, 0..1), NOW);
    assert!(lanes.begun.is_empty() && lanes.waiting.len() == 1 && lanes.later.is_empty());
    assert!(lanes.ordinary.ends.len() <= 2 && lanes.urgent.ends.len() <= 2);
}
