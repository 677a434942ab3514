-- writes: none
create table public.preset_usage (
  id bigint generated always as identity primary key,
  preset_id uuid not null references public.presets (id) on delete cascade,
  user_id uuid not null default auth.uid(),
  used_at timestamptz not null default now()
);

create or replace function public.increment_preset_usage(p_preset_id uuid)
returns void
language plpgsql
security definer
as $$
begin
  insert into public.preset_usage (preset_id) values (p_preset_id);
end;
$$;
