import { expect, test } from 'vitest';
import { isAboutAnother } from '../../../../source/scan/code/elsewhere/other-subject.ts';
import { probed } from '../probed.ts';

const other = (given: string, routine = 'increment_usage') => {
  const { follower, ref } = probed(`probe(${given})`);
  return isAboutAnother(follower, routine, [ref]);
};

test.each<[given: string, is: boolean]>([
  ['{ preset_id: id }', false],
  ['{ presetId: id }', false],
  ['{ p_preset_id: id, user_id: user }', false],
  ['{ template_id: id }', true],
  ['{ templateId: id }', true],
  ['{ p_template_id: id }', true],
  ['{ in_template_uuid: id }', true],
  ['{ v_template_key: id }', true],
  ['{ template_ids: ids }', true],
  ['{ template: id }', false],
  ['{ template_monkey: id }', false],
  ['{ template_id: id, preset_id: preset }', false],
  ['{ id }', false],
  ['{ id: preset.id }', false],
  ['{ id: template.id }', true],
  ['{ id: template._id }', true],
  ['{ id: template.slug }', false],
  ['{ id: templateId }', true],
  ['{ id: template_id }', true],
  ['{ id: templateid }', false],
  ['{ id: template }', false],
  ['{ id: template.templateId }', true],
  ['{ id: this.template.id }', true],
  ['{ id: this.id }', false],
  ["{ id: template['id'] }", false],
  ['{ id: template[id] }', false],
  ['{ id: a.template.id }', true],
  ['{ id: props.id }', false],
  ['{ id: load().id }', true],
  ['{ id: ab.id }', false],
  ['{ id: abc.id }', true],
  ['{ uuid: coupon.id }', true],
  ['{ key: couponId }', true],
  ['{ row_id: couponId }', true],
  ['{ record_id: id }', false],
  ['{ user_id: id }', true],
  ['{ owner_id: id, item_id: other }', false],
  ['{ id: user.id }', true],
  ['{ id: userId }', true],
  ['{ id: account_id }', true],
  ['{ session_id: id }', false],
  ["{ table: 'styles' }", true],
  ["{ table: 'presets' }", false],
  ["{ table_name: 'styles', row_id: id }", true],
  ["{ entity: 'styles' }", true],
  ["{ model: 'styles' }", true],
  ["{ relation: 'styles' }", true],
  ["{ resource: 'styles' }", true],
  ["{ tables: 'styles' }", false],
  ["{ stable: 'styles' }", false],
  ['{ table }', false],
  ['{ entity_id: id }', false],
  ['{ model_id: id }', true],
  ['{}', false],
  ['id', false],
  ['userId', true],
  ['couponId', true],
  ['coupon.id', true],
  ['preset.id', false],
  ["'x'", false],
  ['7', false],
])('increment_usage(%s): %s', (given, is) => {
  expect(other(given)).toBe(is);
});

test.each<[given: string, is: boolean]>([
  ['{ user_id: id }', false],
  ['{ template_id: id }', true],
  ['{ id: coupon.id }', true],
  ['{ id }', false],
])('increment_preset_usage(%s): %s', (given, is) => {
  expect(other(given, 'increment_preset_usage')).toBe(is);
});

const owners =
  'user users profile account auth actor member org organization organisation team tenant workspace owner customer';
test.each(owners.split(' '))('whoever uses it: %s', name => {
  expect(other(`{ ${name}_id: id }`)).toBe(true);
  expect(other(`{ ${name}_id: id }`, 'increment_preset_usage')).toBe(false);
  expect(other(`{ id: ${name}.id }`)).toBe(true);
  expect(other(`{ id: ${name}.id }`, 'increment_preset_usage')).toBe(false);
});
const neutral =
  'session request client row record item target entity object source data param params arg args input body props payload ctx context event req res state usage';
test.each(neutral.split(' '))('anything: %s', name => {
  expect(other(`{ id: ${name}.id }`)).toBe(false);
  expect(other(`{ ${name}_id: id }`)).toBe(false);
  expect(other(`{ id: my${name}.id }`)).toBe(true);
});
