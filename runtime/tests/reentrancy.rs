//! From every place where the loop runs the user's code, into every method: nothing is ever
//! borrowed, and the order stays that of the calls.
//!
//! A place is a `Drop`, a `clone`, a waker, a callback…; an action calls methods and says what
//! has to come of it. The tests are the product of the two.
#![forbid(unsafe_code)]

#[path = "reentrancy/actions.rs"]
mod actions;
#[path = "support/alive.rs"]
mod alive;
#[path = "reentrancy/cases.rs"]
mod cases;
#[path = "reentrancy/later.rs"]
mod later;
#[path = "reentrancy/places.rs"]
mod places;
#[path = "reentrancy/world.rs"]
mod world;

use actions::ACTIONS;
use later::{AT_CLOSE, LATER};
use places::PLACES;
use world::{Action, Place, World};

/// Does one action in one place, or in a place within that; says what went wrong.
fn play(place: &Place, inner: Option<&Place>, action: &Action) -> Option<String> {
    let (place, inner, action) = (*place, inner.copied(), *action);
    let within = inner.map_or(String::new(), |inner| format!(" in {}", inner.name));
    let world = World::new(format!("{}{within} in {}", action.name, place.name));
    let act = world.act(action.run);
    let (act, acts) = match inner {
        None => (act, 1),
        Some(inner) => {
            let outer = world.act(move |world| {
                world::arm(act);
                (inner.trigger)(world);
            });
            (outer, 2)
        }
    };
    world.schedule(move |world| {
        world::arm(act);
        (place.trigger)(world);
    });
    world.finish(acts)
}

#[track_caller]
fn expect_none(failures: impl Iterator<Item = String>) {
    let failures: Vec<_> = failures.collect();
    assert!(failures.is_empty(), "{} failures:\n{}", failures.len(), failures.join("\n"));
}

fn product<'a>(places: &'a [Place]) -> impl Iterator<Item = String> + 'a {
    places
        .iter()
        .flat_map(|place| ACTIONS.iter().filter_map(move |action| play(place, None, action)))
}

#[test]
fn every_action_in_every_place_that_is_reached_at_once() {
    expect_none(product(&PLACES));
}

#[test]
fn every_action_in_every_place_that_the_loop_reaches_later() {
    expect_none(product(&LATER));
}

/// Two places deep is deep enough, and the basic actions say most. A loop that closes is not
/// running, and most places need one that is.
#[test]
fn the_basic_actions_in_places_within_places() {
    let pairs = PLACES
        .iter()
        .chain(&LATER[..LATER.len() - AT_CLOSE])
        .flat_map(|outer| PLACES.iter().map(move |inner| (outer, inner)));
    expect_none(pairs.flat_map(|(outer, inner)| {
        let basic = &ACTIONS[..actions::BASIC];
        basic.iter().filter_map(move |action| play(outer, Some(inner), action))
    }));
}

#[test]
fn places_and_actions_have_names_of_their_own() {
    let mut names: Vec<_> = PLACES.iter().chain(&LATER).map(|place| place.name).collect();
    names.extend(ACTIONS.iter().map(|action| action.name));
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
