import { createRandom, type Random } from './random.ts';

/** A comment on a post. */
interface DemoComment {
  id: string;
  userId: string;
  body: string;
  /** See `createRhythm`. */
  moment: number;
  /** When it was marked as deleted; null if it is shown. */
  deleted: number | null;
}

/** A post with its comments, oldest first, and its count. */
export interface DemoPost {
  id: string;
  title: string;
  created: number;
  comments: DemoComment[];
  commentsCount: number;
}

/** Why counts of comments are wrong. */
export type PostMistake = 'deleted-still-counted' | 'moved-by-hand' | 'reset';

/** The posts of the demo, and those whose count is wrong. */
export interface DemoPosts {
  posts: DemoPost[];
  mistakes: { postId: string; reason: PostMistake; by: number }[];
}

const postsSeed = 20_251_002;

/** Makes posts with comments, the same ones on every call. */
export function makePosts(users: readonly { id: string }[]): DemoPosts {
  const random = createRandom(postsSeed);
  const posts = titles.map((title): DemoPost => {
    const created = 0.9 * random.fraction();
    const comments = Array.from({ length: random.whole(0, 16) }, () => makeComment(random, users, created));
    comments.sort((a, b) => a.moment - b.moment);
    return { id: random.uuid(), title, created, comments, commentsCount: comments.length };
  });
  return { posts, mistakes: plant(posts, random) };
}

function makeComment(random: Random, users: readonly { id: string }[], created: number): DemoComment {
  return {
    id: random.uuid(),
    userId: random.pick(users).id,
    body: random.pick(bodies),
    moment: created + (1 - created) * random.fraction(),
    deleted: null,
  };
}

/** Marks comments of some posts as deleted, and makes some counts wrong, in place. */
function plant(posts: readonly DemoPost[], random: Random): DemoPosts['mistakes'] {
  const [right, first, second, third, from, to, zero] = posts.filter(({ comments }) => comments.length >= 8);
  const prune = (post: DemoPost, number: number) => {
    for (const comment of post.comments.slice(0, number)) {
      comment.deleted = comment.moment + (1 - comment.moment) * random.fraction();
    }
    post.commentsCount = post.comments.length - number;
  };
  if (!right || !first || !second || !third || !from || !to || !zero) return [];
  prune(right, 2);
  const stillCounted = (post: DemoPost, number: number) => {
    prune(post, number);
    return mistake(post, 'deleted-still-counted', number);
  };
  return [
    // Before the trigger heard of deleted_at.
    stillCounted(first, 2),
    stillCounted(second, 4),
    stillCounted(third, 3),
    // Two posts were merged, with the trigger off.
    mistake(from, 'moved-by-hand', 3),
    mistake(to, 'moved-by-hand', -3),
    mistake(zero, 'reset', -zero.comments.length),
  ];
}

function mistake(post: DemoPost, reason: PostMistake, by: number): DemoPosts['mistakes'][number] {
  post.commentsCount += by;
  return { postId: post.id, reason, by };
}

const bodies = [
  'Which preset is this?',
  'The light is lovely.',
  'How long did that take?',
  'Mine never looks like that.',
  'More of this, please.',
  'The sky is a bit much for me.',
  'What size did you start from?',
  'Saved it. Thank you!',
];

const titles = [
  'Harbour at dawn, twelve versions',
  'What the grain slider really does',
  'Portraits without a studio',
  'A week of rain',
  'From sketch to poster',
  'Night trains',
  'Twenty teapots',
  'How we choose defaults',
  'Old maps, new colours',
  'The kitchen table series',
  'Fog, and how to keep it',
  'Cities in one colour',
  'Printing large',
  'A forest in four seasons',
  'Film scans compared',
  'Faces in a crowd',
  'Paper textures',
  'The last tram',
  'Small rooms, wide lenses',
  'Ten failed experiments',
  'Snow at night',
  'Letterpress by numbers',
  'Gardens from above',
  'Étude en bleu',
  'Market day',
  'Upscaling an old logo',
  'Bridges',
  '静かな朝',
  'Lamps and their shadows',
  'What to do with noise',
];
