"""The trigger that notes for the sequencer which events wait, whoever wrote them: one note for each
event, in the event's own transaction. The guards install it, and miss it where it is gone.
"""

ON_POSTGRESQL = (
    """
    CREATE OR REPLACE FUNCTION orca_guard_note() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO evidence_waitingevent (event_id, received_at) SELECT id, received_at FROM added;
      RETURN NULL;
    END $$
    """,
    """CREATE TRIGGER orca_guard_note AFTER INSERT ON "evidence_event"
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION orca_guard_note()""",
    'ALTER TABLE "evidence_event" ENABLE ALWAYS TRIGGER orca_guard_note',
)
ON_SQLITE = (
    """CREATE TRIGGER "orca_guard_note_evidence_event" AFTER INSERT ON "evidence_event" BEGIN
    INSERT INTO evidence_waitingevent (event_id, received_at) VALUES (NEW.id, NEW.received_at);
    END""",
)
