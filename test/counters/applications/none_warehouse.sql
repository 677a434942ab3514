-- A warehouse: quantities, places, deliveries. No column counts records.
create table suppliers (
    id integer primary key,
    name text not null,
    lead_time_days integer not null default 7,
    rating smallint,
    min_order_items integer not null default 1
);

create table items (
    id integer primary key,
    supplier_id integer references suppliers,
    sku text not null unique,
    description text,
    pack_size integer not null default 1,
    weight_grams integer,
    reorder_level integer not null default 10,
    max_stock integer,
    shelf_life_days integer,
    view_count integer not null default 0,
    version integer not null default 0
);

create table locations (
    id integer primary key,
    aisle smallint not null,
    shelf smallint not null,
    level smallint not null,
    max_pallets integer not null default 4,
    temperature integer,
    unique (aisle, shelf, level)
);

create table pallets (
    id integer primary key,
    location_id integer references locations,
    height_cm integer,
    position smallint not null default 1
);

create table stock (
    item_id integer not null references items,
    location_id integer not null references locations,
    quantity integer not null default 0 check (quantity >= 0),
    reserved integer not null default 0,
    counted_at date,
    primary key (item_id, location_id)
);

create table deliveries (
    id integer primary key,
    supplier_id integer not null references suppliers,
    announced_pallets integer not null default 0,
    number_of_boxes integer,
    received_on date
);

create table delivery_lines (
    delivery_id integer not null references deliveries on delete cascade,
    line_no integer not null,
    item_id integer not null references items,
    quantity integer not null,
    quantity_damaged integer not null default 0,
    primary key (delivery_id, line_no)
);

create table stock_takes (
    id integer primary key,
    location_id integer not null references locations,
    counted_quantity integer not null,
    expected_quantity integer not null,
    taken_on date not null
);

-- line numbers within a delivery
create function next_line() returns trigger language plpgsql as $$
begin
    if new.line_no is null then
        select coalesce(max(line_no), 0) + 1 into new.line_no from delivery_lines where delivery_id = new.delivery_id;
    end if;
    return new;
end $$;
create trigger next_line before insert on delivery_lines for each row execute function next_line();

create function bump_version() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    return new;
end $$;
create trigger bump_version before update on items for each row execute function bump_version();

-- refuses what does not fit
create function check_location() returns trigger language plpgsql as $$
declare
    n integer;
    allowed integer;
begin
    select count(*) into n from pallets where location_id = new.location_id;
    select max_pallets into allowed from locations where id = new.location_id;
    if n >= allowed then
        raise exception 'location % is full', new.location_id;
    end if;
    return new;
end $$;
create trigger check_location before insert on pallets for each row execute function check_location();

-- a count on the shelf is the new quantity
create function stock_taken() returns trigger language plpgsql as $$
begin
    update stock set counted_at = new.taken_on where location_id = new.location_id;
    return null;
end $$;
create trigger stock_taken after insert on stock_takes for each row execute function stock_taken();

create materialized view supplier_overview as
    select s.id, s.name, count(distinct i.id) as items_count, count(distinct d.id) as deliveries_count, coalesce(sum(l.quantity), 0) as units_total
      from suppliers s left join items i on i.supplier_id = s.id left join deliveries d on d.supplier_id = s.id left join delivery_lines l on l.delivery_id = d.id
     group by s.id, s.name;

insert into suppliers (id, name, lead_time_days, rating, min_order_items) select n, 'Supplier ' || n, 3 + n, n % 5, 2 * n from generate_series(1, 6) n;
insert into items (id, supplier_id, sku, pack_size, weight_grams, max_stock) select n, 1 + n % 5, 'I-' || n, 1 + n % 12, 100 * n, 500 from generate_series(1, 20) n;
insert into locations (id, aisle, shelf, level, temperature) select n, 1 + n % 3, n, 1, 4 from generate_series(1, 12) n;
insert into pallets (id, location_id, height_cm) select n, 1 + n % 10, 120 from generate_series(1, 25) n;
insert into stock (item_id, location_id, quantity) select i, 1 + (i * l) % 12, i * 3 from generate_series(1, 20) i, generate_series(1, 1) l;
insert into deliveries (id, supplier_id, announced_pallets, number_of_boxes) select n, 1 + n % 6, 2 + n % 3, 10 * n from generate_series(1, 9) n;
insert into delivery_lines (delivery_id, item_id, quantity) select d, 1 + (d * k) % 20, 10 * k from generate_series(1, 9) d, generate_series(1, 3) k;
insert into stock_takes (id, location_id, counted_quantity, expected_quantity, taken_on) select n, 1 + n % 12, 9 * n, 9 * n + n % 2, date '2026-03-01' + n from generate_series(1, 14) n;
update items set description = 'a thing' where id < 6;
refresh materialized view supplier_overview;
