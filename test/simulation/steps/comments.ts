import { defined } from '../../helpers/definitions.ts';

/** Comments of posts, of which the deleted ones do not count. */
export const commentsCounter = {
  ...defined({
    row: { table: 'posts', label: 'title', count: 'comments_count' },
    record: {
      table: 'comments',
      reference: ['post_id'],
      user: 'author_id',
      where: { kind: 'null', column: 'deleted_at' },
    },
  }),
  nouns: { row: ['post', 'posts'], record: ['comment', 'comments'] },
  writers: [{ kind: 'trigger', name: 'count_comment', events: ['insert', 'update', 'delete'] }],
} as const satisfies import('../../../source/counter/definition/definition.ts').CounterDefinition;

export const commentsTables = `
  CREATE TABLE users (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text);
  CREATE TABLE posts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text NOT NULL, comments_count integer NOT NULL DEFAULT 0);
  CREATE TABLE comments (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    post_id bigint NOT NULL REFERENCES posts,
    author_id uuid NOT NULL REFERENCES users,
    body text NOT NULL CHECK (length(body) > 2),
    slug text NOT NULL UNIQUE,
    words integer GENERATED ALWAYS AS (length(body)) STORED,
    deleted_at timestamptz);
  INSERT INTO users (name) VALUES ('Ada'), ('Ben');
  INSERT INTO posts (title) VALUES ('Hello'), ('Spring');`;

/** The body of a trigger that counts right, or with `faults` in place of parts of it. */
export function commentsTrigger(faults: Partial<Record<keyof typeof right, string>> = {}): string {
  const parts = { ...right, ...faults };
  return `
    CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql ${parts.rights} AS $$ BEGIN
      IF TG_OP = 'INSERT' THEN ${parts.insert} RETURN NEW; END IF;
      IF TG_OP = 'DELETE' THEN ${parts.delete} RETURN OLD; END IF;
      ${parts.update}
      RETURN NEW;
    END $$;
    CREATE TRIGGER count_comment ${parts.when} ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();`;
}

const add = (row: string, by: string) =>
  `UPDATE public.posts SET comments_count = comments_count ${by} WHERE id = ${row}.post_id;`;

const right = {
  rights: 'SECURITY DEFINER SET search_path = pg_catalog, public',
  when: 'AFTER INSERT OR UPDATE OR DELETE',
  insert: `IF NEW.deleted_at IS NULL THEN ${add('NEW', '+ 1')} END IF;`,
  delete: `IF OLD.deleted_at IS NULL THEN ${add('OLD', '- 1')} END IF;`,
  update: `
      IF OLD.deleted_at IS NULL THEN ${add('OLD', '- 1')} END IF;
      IF NEW.deleted_at IS NULL THEN ${add('NEW', '+ 1')} END IF;`,
};

export const statements = { add };
