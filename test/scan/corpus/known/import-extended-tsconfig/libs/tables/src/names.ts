// writes: none
export enum Names { Looks = 'presets', Styles = 'styles' }
