-- writes: 5 migration-counter
create function public.count_generation() returns trigger language plpgsql as $$
begin
  if new.preset_id is not null then
    update public.presets set usage_count = usage_count + 1, last_used_at = now() where id = new.preset_id;
  end if;
  return new;
end;
$$;

create trigger on_generation_created
  after insert on public.generations
  for each row execute function public.count_generation();
