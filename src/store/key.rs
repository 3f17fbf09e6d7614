//! Keys as bytes that sort as their values do: numbers big-endian, text ended by a zero byte, tuples one
//! after the other, so that a leading part of a key is a prefix of its bytes.

use crate::base::time::Timestamp;
use crate::model::case::Stand;
use crate::model::draft::Stage;
use crate::model::follow::{ActRef, ReactionKind};
use crate::model::ids::{
    AccountId, ActivityId, ActorId, CannedId, CaseId, DraftId, InboxId, MediaId, NoteId, PostId, QuoteId, ReceivedId,
    ReportId, ServerId, UserId,
};
use crate::model::stored::Holder;

/// Something that can be a key, or a part of one.
pub trait Key: Sized {
    fn write(&self, into: &mut Vec<u8>);
    /// Takes itself from the front; `None` when the bytes are not a key of this type.
    fn read(from: &mut &[u8]) -> Option<Self>;

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(32);
        self.write(&mut bytes);
        bytes
    }

    /// The bytes of its first part; of the whole where there is only one.
    fn lead(&self) -> Vec<u8> {
        self.bytes()
    }
}

impl Key for u64 {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(&self.to_be_bytes());
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (head, rest) = from.split_first_chunk::<8>()?;
        *from = rest;
        Some(Self::from_be_bytes(*head))
    }
}

impl<const N: usize> Key for [u8; N] {
    fn write(&self, into: &mut Vec<u8>) {
        into.extend_from_slice(self);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (head, rest) = from.split_first_chunk::<N>()?;
        *from = rest;
        Some(*head)
    }
}

impl Key for String {
    /// A zero byte inside would end the text early; strangers' text with one is refused where it is read, and
    /// what comes here all the same loses it.
    fn write(&self, into: &mut Vec<u8>) {
        into.extend(self.as_bytes().iter().filter(|b| **b != 0));
        into.push(0);
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let end = from.iter().position(|b| *b == 0)?;
        let (head, rest) = from.split_at(end);
        *from = rest.get(1..)?;
        Self::from_utf8(head.to_vec()).ok()
    }
}

impl Key for ReactionKind {
    fn write(&self, into: &mut Vec<u8>) {
        into.push(match self {
            Self::Like => 1,
            Self::Boost => 2,
        });
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (head, rest) = from.split_first()?;
        *from = rest;
        match head {
            1 => Some(Self::Like),
            2 => Some(Self::Boost),
            _ => None,
        }
    }
}

impl Key for Stage {
    fn write(&self, into: &mut Vec<u8>) {
        into.push(match self {
            Self::Draft => 1,
            Self::Asked => 2,
            Self::Approved => 3,
            Self::Planned => 4,
            Self::Missed => 5,
            Self::Published => 6,
            Self::Owing => 7,
        });
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (head, rest) = from.split_first()?;
        *from = rest;
        Self::ALL.into_iter().find(|stage| stage.bytes() == [*head])
    }
}

impl Key for ActRef {
    fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Follow(account, actor) => (1_u64, *account, *actor).write(into),
            Self::Reaction(kind, post, actor) => (2_u64, *kind, *post, *actor).write(into),
            Self::Block(account, actor) => (3_u64, *account, *actor).write(into),
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u64::read(from)? {
            1 => <(_, _)>::read(from).map(|(account, actor)| Self::Follow(account, actor)),
            2 => <(_, _, _)>::read(from).map(|(kind, post, actor)| Self::Reaction(kind, post, actor)),
            3 => <(_, _)>::read(from).map(|(account, actor)| Self::Block(account, actor)),
            _ => None,
        }
    }
}

impl Key for Holder {
    fn write(&self, into: &mut Vec<u8>) {
        match self {
            Self::Media(id) => (1_u64, *id).write(into),
            Self::Change(id) => (2_u64, *id).write(into),
            Self::Copy((of, n)) => (3_u64, *of, *n).write(into),
        }
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        match u64::read(from)? {
            1 => MediaId::read(from).map(Self::Media),
            2 => DraftId::read(from).map(Self::Change),
            3 => <(_, _)>::read(from).map(Self::Copy),
            _ => None,
        }
    }
}

impl Key for Stand {
    fn write(&self, into: &mut Vec<u8>) {
        into.push(match self {
            Self::Open => 1,
            Self::Waiting => 2,
            Self::Done => 3,
        });
    }

    fn read(from: &mut &[u8]) -> Option<Self> {
        let (head, rest) = from.split_first()?;
        *from = rest;
        match head {
            1 => Some(Self::Open),
            2 => Some(Self::Waiting),
            3 => Some(Self::Done),
            _ => None,
        }
    }
}

macro_rules! number_keys {
    ($($name:ident)*) => {$(
        impl Key for $name {
            fn write(&self, into: &mut Vec<u8>) {
                self.0.write(into);
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                u64::read(from).map(Self)
            }
        }
    )*};
}
number_keys!(AccountId ActivityId ActorId CannedId CaseId DraftId InboxId MediaId NoteId PostId QuoteId ReceivedId ReportId ServerId Timestamp UserId);

macro_rules! tuple_keys {
    ($(($($part:ident)*))*) => {$(
        #[expect(non_snake_case, reason = "a part's variable is named as its type")]
        impl<$($part: Key),*> Key for ($($part,)*) {
            fn write(&self, into: &mut Vec<u8>) {
                let ($($part,)*) = self;
                $($part.write(into);)*
            }

            fn read(from: &mut &[u8]) -> Option<Self> {
                Some(($($part::read(from)?,)*))
            }

            fn lead(&self) -> Vec<u8> {
                self.0.bytes()
            }
        }
    )*};
}
tuple_keys!((A B) (A B C) (A B C D));

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn keys_sort_as_their_values_and_come_back(a: (u64, u64), b: (u64, u64), s in "[^\0]*", t in "[^\0]*") {
            prop_assert_eq!(a.bytes().cmp(&b.bytes()), a.cmp(&b));
            prop_assert_eq!(s.as_bytes().cmp(t.as_bytes()), Key::bytes(&s).cmp(&Key::bytes(&t)));
            let key = (s, AccountId(a.0), t);
            let bytes = key.bytes();
            prop_assert_eq!(<(String, AccountId, String)>::read(&mut bytes.as_slice()), Some(key));
        }

        #[test]
        fn no_bytes_make_a_reader_panic(bytes: Vec<u8>) {
            let _ = <(String, u64, ReactionKind, [u8; 16])>::read(&mut bytes.as_slice());
        }
    }
}
