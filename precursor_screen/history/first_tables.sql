-- The tables of version 1 of the ledger. It has been released, and never changes: later steps stand in `migrations.py`.
-- `text` as a type is what each database calls it.

create table runs (
    run_no integer primary key, run_id text not null unique, started text not null, finished text, tool_version text not null,
    as_of text not null, jurisdiction text not null, options text not null, rules_sha256 text not null, inputs text not null,
    first_movement integer not null default 0, first_day text, last_day text, movements_added integer not null default 0,
    movements_superseded integer not null default 0, movements_cancelled integer not null default 0,
    movements_pruned integer not null default 0, flags_new integer not null default 0, flags_existing integer not null default 0,
    flags_suppressed integer not null default 0, flags_resolved integer not null default 0, flags_added integer not null default 0,
    flags_pruned integer not null default 0);

create table files (
    sha256 text primary key, name text not null, bytes bigint not null, lines bigint not null,
    run_no integer not null references runs (run_no));

-- Decimals are text and dates are ISO text: exact on both, and in order.
create table movements (
    id integer primary key, added_run integer not null references runs (run_no), ended_run integer references runs (run_no),
    ended_why text, movement_key text not null, line_id text not null, shipment_id text, source_file text, source_row bigint,
    message_function text, version text, declaration_id text, house_bill_of_lading text, bill_of_lading text,
    master_bill_of_lading text, bill_issuer text, container_numbers text, as_of_date text not null, direction text,
    country_of_origin text, country_of_dispatch text, country_of_destination text, transit_countries text, transport_mode text,
    vessel text, voyage text, port_of_discharge text, consignor_name text, consignor_key text, consignee_name text,
    consignee_key text, notify_party_name text, notify_party_key text, exporter_name text, exporter_key text, importer_name text,
    importer_key text, consignor_address_key text, consignee_address_key text, notify_party_address_key text,
    consignor_country text, consignee_country text, permit_reference text, pen_reference text, hs6 text, hs_chapter text,
    description text, packages bigint, value_usd text, lexicon_terms text, substance_id text, form text, match_method text,
    match_strength text, substance_mass_kg text, mass_basis text, mass_confidence text);

create table flags (
    flag_id text primary key, first_run integer not null references runs (run_no), last_run integer not null references runs (run_no),
    resolved_run integer references runs (run_no), state text not null, movement_key text, movement_keys text not null,
    shipment_id text, line_id text, rule_id text not null, rule_version text, level text, confidence text, family text,
    weight bigint, substance_id text, party_role text, list_id text, entry_id text, score double precision, because text,
    source_file text, source_row bigint, evidence text, window_line_ids text);

create table cited_lines (
    line_id text primary key, source_file text, source_row bigint, shipment_id text, cells text not null,
    run_no integer not null references runs (run_no));

create table dispositions (
    id integer primary key, flag_id text not null references flags (flag_id), line_id text not null, verdict text not null,
    reason text not null, text text not null, officer text not null, at text not null, until text not null);

-- None on what rules group by: text keys in no order doubled the time of every insert, and windows are read from copies by column.
create index movements_by_key on movements (movement_key);
create index movements_by_date on movements (as_of_date);
create index movements_ended on movements (as_of_date) where ended_run is not null;
create index flags_by_movement on flags (movement_key);
create index flags_by_shipment on flags (shipment_id);
create index flags_by_line on flags (line_id);
create index flags_by_state on flags (state);
create index dispositions_by_flag on dispositions (flag_id, line_id);
