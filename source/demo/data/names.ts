// Names as people type them into an image generator, spelling mistakes included. All people and brands are made up.

const typed = `
Product on white
Product on white v2
Product on white FINAL
Product on white FINAL final
copy of Product on white
copy of copy of Product on white
Golden hour portrait
Golden hour portait
golden hour portrait (warm)
Neon rain
Neon rain - no people
Cozy autumn
Cosy autumn
Watercolour loose
Watercolor tight
Film noir
film noir grainy
FILM NOIR HARD LIGHT
Kodak 400ish
Fuji greens
Polaroid fade
Soft pastel nursery
Flat icons
flat icons dark mode
Isometric rooms
isometric rooms, night
Low poly animals
Line art
Line art thick
Line art (Maria's)
Ink + wash
Charcoal sketch
Botanical plate
Botanical plate, faded paper
Blueprint
Risograph 2 colour
Riso pink/blue
Linocut
Woodcut winter
Ukiyo waves
Art deco poster
Bauhaus shapes
Brutalist lobby
Mid-century living room
Scandi kitchen
Scandi kitchen (client wants MORE wood)
Real estate twilight
Real estate twilight 2
REAL ESTATE INTERIOR WIDE
Drone coast
Drone coast winter
Misty forest
misty forrest
Desert road
Alpine dawn
Tokyo alley
Lisbon tiles
Havana facade
Food top down
Food top down dark slate
Food macro steam
Coffee ad
Coffee ad - Harlow & Finch
Harlow & Finch spring
Harlow & Finch spring (approved)
Harlow&Finch logo glow DO NOT USE
Brightwater Q3
Brightwater Q3 social
brightwater q4 draft
Brightwater holiday
Acme banner
Acme banner 728x90
ACME BANNER NEW
Northlight Dental hero
Northlight Dental team photos
Oakridge Realty
Oakridge Realty - dusk
Pelican Books covers
Pelican Books covers (thriller)
Pelican covers romance
Velo Club kit
Velo Club kit 2025
Tanaka Ramen menu
Okafor wedding
Okafor wedding b&w
Lindqvist catalogue
Lindqvist catalogue 80%
Studio Marlowe moodboard
Kids book fox
Kids book fox - night scenes
kids book fox NIGHT
Dragon hatchling
Space station interior
Space station exterior
Retro sci-fi cover
Pulp cover 1953
Cyberpunk market
Solarpunk balcony
Steampunk whale
Vaporwave bust
Synthwave grid
Pixel hero 32px
Pixel hero 16px
Voxel town
Claymation cat
Paper cutout
Felt puppets
Stained glass
Mosaic
Embroidery
Knitted everything
Chalkboard menu
Tattoo flash
Sticker sheet
Sticker sheet die cut
Emoji-like faces
Album cover blur
Album cover 90s
Gig poster
Book of hours
Medieval marginalia
Old map
Old map (coffee stain)
Fashion editorial
Fashion editorial harsh flash
Lookbook SS
Lookbook AW
Jewellery macro
Watch on marble
Sneaker splash
Perfume smoke
Skincare dewy
Car studio
Car rain night
Motorbike dust
Yoga calm
Gym harsh
Team headshots
Team headshots - grey bg
linkedin headshot
LinkedIn headshot LESS smile
Pet portrait oil
Pet portrait king
Halloween
Halloween kids
xmas cards
Xmas cards gold
Easter
Valentines
Newsletter header
newsletter header wide
Thumbnail loud
Thumbnail calm
Blog hero 16:9
Slide background
App store screenshots
Texture: concrete
Texture: linen
seamless tile
test
test2
test 3
asdf
my preset
untitled
Untitled (1)
jo's favourite
do not delete!!
PLEASE ASK SAM BEFORE CHANGING
old - remove?
v7 upscale fix hands
hands fix
hands fix 2
less plastic skin
`
  .trim()
  .split('\n');

const otherScripts = [
  'Café Crème — été',
  'Größere Schatten & Übermut',
  'Señor Gómez, retrato',
  'Żółta łódź',
  'İstanbul gün batımı',
  'Čarovný les',
  '水彩画・春',
  '赛博朋克 夜市',
  '한복 초상화',
  'ふわふわ動物(全角)',
  'Акварель, зима',
  'Портрет «Мария»',
  'خط عربي ذهبي',
  'صورة منتج 2',
  'שקיעה בתל אביב',
  'ตลาดน้ำยามเช้า',
  'दीवाली रोशनी',
  '🌅 sunrise',
  '✨✨ magic ✨✨',
  '👩🏽‍🎨 Ana paints',
  '👨‍👩‍👧‍👦 family portrait',
  '🇵🇹 Lisboa / 🇯🇵 Tokyo',
  '❤️‍🔥 valentine heat',
];

const awkward = [
  'Trailing spaces   ',
  ' leading space',
  '  ',
  '\u200b',
  'Ultra detailed photoreal portrait of an elderly fisherman, 85mm, f/1.4, rim light, overcast, film grain, no hat',
  'masterpiece,best quality,8k,highly detailed,sharp focus,intricate,elegant,smooth,trending,cinematic lighting,(hands:1.3)',
  'pasted\tfrom\ta sheet',
  'two lines\nin one name',
  // Colour, a hyperlink and a change of writing direction, which a terminal would obey.
  '\u001b[31mred alert\u001b[0m',
  '\u001b]8;;https://example.com/\u0007free credits\u001b]8;;\u0007',
  'invoice \u202egnp.exe',
  `Robert'); DROP TABLE presets;--`,
  'C:\\presets\\new',
  'NULL',
  // Two of these people made a preset with the same name.
  'Untitled',
  'Untitled',
  'Untitled',
  'Portrait',
  'Portrait',
];

/** The names of all demo presets, several of them more than once. */
export const presetNames: readonly string[] = [...typed, ...otherScripts, ...awkward];

/** The accounts that use the presets: forty people of a made-up studio and its clients. */
export const userEmails: readonly string[] = [
  ...'amara ben chloe dmitri elif farid greta hana ivan jo kofi lucia maya nils olga pedro quinn rosa sam tove uma'
    .split(' ')
    .map(name => `${name}@studio.example`),
  ...'abdul bea carlos dina emil fatima goran helga imre jana kwame lena marco nadia oskar priya ruth sven tariq'
    .split(' ')
    .map(name => `${name}@client.example`),
];
