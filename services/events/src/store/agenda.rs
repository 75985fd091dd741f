//! Sessions and speakers.

use kit_core::ids::{EventId, SessionId, SpeakerId};
use kit_pg::{PgConnection, Result};
use sqlx::Row;
use sqlx::postgres::PgRow;
use uuid::Uuid;

use super::row;
use crate::domain::{Agenda, Event, Session, Speaker};

/// The agenda of an event.
pub(crate) async fn read(connection: &mut PgConnection, event: EventId) -> Result<Agenda> {
    let sessions =
        sqlx::query("select * from sessions where event_id = $1 order by start_time, title collate \"C\", id")
            .bind(event.uuid())
            .fetch_all(&mut *connection)
            .await?;
    let speakers = sqlx::query("select * from speakers where event_id = $1 order by place")
        .bind(event.uuid())
        .fetch_all(connection)
        .await?;
    Ok(Agenda {
        sessions: sessions.iter().map(session).collect::<Result<_>>()?,
        speakers: speakers.iter().map(speaker).collect::<Result<_>>()?,
    })
}

/// The event that a session belongs to, with the session.
pub(crate) async fn session_of(connection: &mut PgConnection, id: SessionId) -> Result<Option<(EventId, Session)>> {
    let row = sqlx::query("select * from sessions where id = $1")
        .bind(id.uuid())
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((row::id(&row, "event_id")?, session(&row)?)))
        .transpose()
}

/// The event that a speaker belongs to.
pub(crate) async fn event_of_speaker(connection: &mut PgConnection, id: SpeakerId) -> Result<Option<EventId>> {
    let query = sqlx::query("select event_id from speakers where id = $1").bind(id.uuid());
    query
        .fetch_optional(connection)
        .await?
        .map(|row| row::id(&row, "event_id"))
        .transpose()
}

/// Adds the agenda of a new event.
pub(super) async fn insert(connection: &mut PgConnection, event: &Event) -> Result<()> {
    for (place, speaker) in (0..).zip(&event.agenda.speakers) {
        put_speaker(connection, event.id, speaker, place).await?;
    }
    for session in &event.agenda.sessions {
        put_session(connection, event.id, session).await?;
    }
    Ok(())
}

/// Writes what differs.
pub(super) async fn save(connection: &mut PgConnection, before: &Event, after: &Event) -> Result<()> {
    let (old, new) = (&before.agenda, &after.agenda);
    let removed = old.sessions.iter().filter(|session| new.session(session.id).is_none());
    let removed: Vec<Uuid> = removed.map(|session| session.id.uuid()).collect();
    if !removed.is_empty() {
        sqlx::query("delete from sessions where id = any ($1)")
            .bind(removed)
            .execute(&mut *connection)
            .await?;
    }
    let removed = old.speakers.iter().filter(|speaker| new.speaker(speaker.id).is_none());
    let removed: Vec<Uuid> = removed.map(|speaker| speaker.id.uuid()).collect();
    if !removed.is_empty() {
        sqlx::query("delete from speakers where id = any ($1)")
            .bind(removed)
            .execute(&mut *connection)
            .await?;
    }
    for (index, (place, speaker)) in (0..).zip(&new.speakers).enumerate() {
        if old.speakers.get(index) != Some(speaker) {
            put_speaker(connection, after.id, speaker, place).await?;
        }
    }
    for session in new
        .sessions
        .iter()
        .filter(|session| old.session(session.id) != Some(session))
    {
        put_session(connection, after.id, session).await?;
    }
    Ok(())
}

async fn put_session(connection: &mut PgConnection, event: EventId, session: &Session) -> Result<()> {
    let speakers: Vec<Uuid> = session.speakers.iter().map(|id| id.uuid()).collect();
    let query = sqlx::query(
        "insert into sessions (id, event_id, title, summary, start_time, end_time, has_live_room, speaker_ids)
         values ($1, $2, $3, $4, $5, $6, $7, $8)
         on conflict (id) do update set title = excluded.title, summary = excluded.summary,
           start_time = excluded.start_time, end_time = excluded.end_time, has_live_room = excluded.has_live_room,
           speaker_ids = excluded.speaker_ids",
    );
    query
        .bind(session.id.uuid())
        .bind(event.uuid())
        .bind(session.title.as_str())
        .bind(session.summary.as_str())
        .bind(session.period.start())
        .bind(session.period.end())
        .bind(session.has_live_room)
        .bind(speakers)
        .execute(connection)
        .await?;
    Ok(())
}

async fn put_speaker(connection: &mut PgConnection, event: EventId, speaker: &Speaker, place: i32) -> Result<()> {
    let query = sqlx::query(
        "insert into speakers (id, event_id, name, tagline, biography, picture_id, place)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (id) do update set name = excluded.name, tagline = excluded.tagline,
           biography = excluded.biography, picture_id = excluded.picture_id, place = excluded.place",
    );
    query
        .bind(speaker.id.uuid())
        .bind(event.uuid())
        .bind(speaker.name.as_str())
        .bind(speaker.tagline.as_str())
        .bind(speaker.biography.as_str())
        .bind(speaker.picture.map(|picture| picture.uuid()))
        .bind(place)
        .execute(connection)
        .await?;
    Ok(())
}

fn session(row: &PgRow) -> Result<Session> {
    let speakers: Vec<Uuid> = row.try_get("speaker_ids")?;
    Ok(Session {
        id: row::id(row, "id")?,
        title: row::text(row, "title")?,
        summary: row::text(row, "summary")?,
        period: row::period(row)?,
        has_live_room: row.try_get("has_live_room")?,
        speakers: speakers.into_iter().map(SpeakerId::from_uuid).collect(),
    })
}

fn speaker(row: &PgRow) -> Result<Speaker> {
    Ok(Speaker {
        id: row::id(row, "id")?,
        name: row::text(row, "name")?,
        tagline: row::text(row, "tagline")?,
        biography: row::text(row, "biography")?,
        picture: row::optional_id(row, "picture_id")?,
    })
}
