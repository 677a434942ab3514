// writes: 6 migration-counter
exports.up = knex =>
  knex.raw(`
    create function count_it() returns trigger language plpgsql as $$
    begin
      update presets set usage_count = usage_count + 1 where id = new.preset_id;
      return null;
    end $$;
    create trigger count_it after insert on preset_usage for each row execute procedure count_it();
  `);

exports.down = knex =>
  knex.raw('drop trigger count_it on preset_usage; drop function count_it()');
