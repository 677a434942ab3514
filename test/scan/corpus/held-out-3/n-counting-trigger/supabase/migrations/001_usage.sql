-- writes: none
create or replace function public.auto_increment_preset_usage_count() returns trigger
language plpgsql security definer as $$
begin
  update public.presets set usage_count = usage_count + 1 where id = new.preset_id;
  return new;
end;
$$;

create trigger trigger_auto_increment_preset_usage_count
  after insert on public.preset_usage
  for each row execute function public.auto_increment_preset_usage_count();

create or replace function public.track_preset_usage(p_preset_id uuid) returns void
language sql as $$
  insert into public.preset_usage (preset_id, user_id) values (p_preset_id, auth.uid());
$$;
