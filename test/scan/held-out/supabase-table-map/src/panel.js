// writes: none
import { recordUse } from './usage';

document.querySelector('#apply').addEventListener('click', () => recordUse('preset', window.currentPreset));
