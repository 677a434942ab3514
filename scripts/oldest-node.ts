import packageFile from '../package.json' with { type: 'json' };

/** The oldest Node that the program runs on, such as 22.12: package.json says it first, and everything else asks here. */
export const oldestNode = packageFile.engines.node.replace(/^\^| .*/g, '');
