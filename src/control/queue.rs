//! Commands about the queue of deliveries.

use std::sync::Arc;

use serde_json::{Value, json};

use super::unknown;
use crate::actions;
use crate::app::App;
use crate::base::time::Timestamp;
use crate::error::{Error, Result};
use crate::model::post::Post;
use crate::model::user::Asker;
use crate::views::delivery::{self, Lane, Row};
use crate::views::reach::{self, Missing};

pub async fn list(app: &Arc<App>) -> Result<Value> {
    let reader = Arc::clone(app);
    let read = move || reader.store.read(delivery::queue);
    let queue = tokio::task::spawn_blocking(read).await.map_err(|e| Error::broken("read the queue", e))??;
    let rows = |lane: &Lane| lane.rows.iter().map(|row| row_shown(app, &lane.host, row)).collect::<Vec<_>>();
    Ok(json!({
        "waiting": queue.waiting(),
        "failed": queue.failed(),
        "servers": queue.lanes.iter().map(lane_shown).collect::<Vec<_>>(),
        "deliveries": queue.lanes.iter().flat_map(rows).collect::<Vec<_>>(),
    }))
}

fn lane_shown(lane: &Lane) -> Value {
    json!({
        "server": lane.host,
        "waiting": lane.waiting(),
        "failed": lane.failed(),
        "tries": lane.tries(),
        "next": lane.next().map(Timestamp::rfc3339),
        "suspended": lane.suspended,
        "said": lane.said(),
    })
}

fn row_shown(app: &App, host: &str, row: &Row) -> Value {
    json!({
        "activity": app.site.activity(row.activity),
        "kind": row.kind,
        "post": row.post.map(|id| app.site.post(id)),
        "server": host,
        "inbox": row.inbox,
        "state": row.delivery.state,
        "tries": row.delivery.tries,
        "due": row.due().map(Timestamp::rfc3339),
        "last": row.delivery.last.map(Timestamp::rfc3339),
        "said": row.delivery.said,
        "advice": row.delivery.advice(app.now()).words(),
    })
}

/// How far a post has come: the same as its page at the desk.
pub fn way(app: &App, post: &Post) -> Result<Value> {
    let now = app.now();
    let way = app.store.read(|rows| match reach::latest(rows, post)? {
        Some((activity, _)) => reach::way(rows, post.account, activity, now, (0, usize::MAX)).map(Some),
        None => Ok(None),
    })?;
    let Some(way) = way else { return Ok(Value::Null) };
    let curve = |(seconds, followers): (u64, u64)| json!({ "within_seconds": seconds, "followers": followers });
    Ok(json!({
        "activity": app.site.activity(way.activity),
        "servers": way.reach.inboxes,
        "delivered": way.reach.done,
        "waiting": way.reach.waiting(),
        "refused": way.reach.refused,
        "followers": way.reach.followers,
        "reached": way.reach.reached(),
        "next": way.next.map(Timestamp::rfc3339),
        "curve": way.reach.points().into_iter().map(curve).collect::<Vec<_>>(),
        "missing": way.missing.iter().map(missing).collect::<Vec<_>>(),
    }))
}

fn missing(missing: &Missing) -> Value {
    json!({
        "server": missing.host,
        "domains": missing.domains,
        "followers": missing.followers,
        "state": missing.delivery.state,
        "tries": missing.delivery.tries,
        "due": missing.due.map(Timestamp::rfc3339),
        "until": missing.until().rfc3339(),
        "said": missing.delivery.said,
        "advice": missing.advice.words(),
    })
}

pub async fn retry(app: &Arc<App>, server: Option<String>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let host = server.clone();
    let moved = app.store.write(move |tx| actions::queue::retry(tx, owner, host.as_deref())).await;
    Ok(json!({ "server": server, "deliveries": moved.map_err(|e| no_server(e, server.as_deref()))? }))
}

pub async fn drop(app: &Arc<App>, server: Option<String>) -> Result<Value> {
    let owner = Asker::Operator.may_run()?;
    let host = server.clone();
    let dropped = app.store.write(move |tx| actions::queue::drop(tx, owner, host.as_deref())).await;
    Ok(json!({ "server": server, "deliveries": dropped.map_err(|e| no_server(e, server.as_deref()))? }))
}

fn no_server(e: Error, server: Option<&str>) -> Error {
    let host = server.unwrap_or_default();
    unknown(e, format!("Nothing was ever sent to '{host}'."), "All servers: instance queue list")
}
