/*
 * The vocabulary of invented music: titles and artists' names are composed of these words, so that no generated file
 * carries text of a real catalogue.
 */

export const ADJECTIVES = list(`
  Amber Bitter Borrowed Broken Burning Careless Crooked Distant Drowsy Dusty Electric Empty Faded Feral Frozen Gentle
  Gilded Golden Hollow Humble Idle Indigo Invisible Jagged Kindly Lonesome Lucid Magnetic Midnight Mellow Nameless
  Narrow Nervous Oblique Paper Patient Pearly Phantom Plastic Quiet Ragged Rambling Reckless Restless Rusty Scarlet
  Secret Seventh Silver Sleepless Slow Solemn Stubborn Sudden Tender Thirsty Tidal Tin Twisted Unlit Velour Vagrant
  Wandering Weary Wicked Wooden Yonder`);

export const NOUNS = list(`
  Acrobat Almanac Anchor Antler Arcade Attic Badger Balcony Beacon Bicycle Bonfire Boulevard Bramble Canary Candle
  Carousel Cascade Cathedral Chimney Clockmaker Comet Compass Copper Corridor Cricket Delta Diary Dynamo Echo Elevator
  Engine Fable Falcon Ferry Firefly Fjord Fountain Garden Glacier Gramophone Harbor Harvest Heron Horizon Hourglass
  Island Jackdaw Jigsaw Jukebox Kettle Kingdom Ladder Lantern Lighthouse Lullaby Magnet Marble Meadow Memory Meridian
  Mirror Mosaic Motel Nightjar Notebook Orchard Orbit Otter Parade Parlor Pendulum Pilgrim Postcard Prairie Puzzle
  Quarry Radio Raincoat Raven Reservoir River Satellite Shadow Signal Sparrow Staircase Station Summer Tambourine
  Telegram Thistle Thunder Tiger Tourist Trapeze Tunnel Umbrella Vineyard Voyage Wardrobe Waterfall Whistle Willow
  Window Winter Yesterday Zeppelin`);

export const VERBS = list(`
  Answer Borrow Bury Carry Chase Count Cross Dance Draw Drown Follow Forget Gather Hide Hold Hurry Keep Kiss Leave Lose
  Mend Paint Promise Remember Ride Sail Shake Sing Steal Tame Trace Trust Unlock Wake Watch Whisper`);

/** Non-ASCII words, which the real files write as \\u escapes. */
export const ACCENTED = list(`
  Añoranza Báltico Café Canção Château Corazón Coração Cœur Dämmerung Déjà Detrás Été Fähre Fête Fräulein Garçon Größe
  Hôtel Île Jalapeño Jökull Kärlek København Løve Mañana Mélodie Müde Niño Nuée Øst Où Pájaro Príncipe Rêverie Señora
  Straße Süden Tempête Über Último Vånda Wörter Žena Řeka Łódź Ночь Звезда 夜 海`);

export const ENSEMBLES = list(`
  Assembly Band Brigade Brothers Circus Collective Committee Company Conspiracy Ensemble Foundation League Orchestra
  Project Quartet Republic Sisters Society Soundsystem Syndicate Trio Union`);

/** Versions that follow a title in brackets. */
export const VERSIONS = [
  'Album Version',
  'Live',
  'Acoustic',
  'Radio Edit',
  'Instrumental',
  'Demo',
  'Extended Mix',
  'Remastered',
  'Album Version (Explicit)',
  'Bonus Track',
] as const;

function list(words: string): readonly string[] {
  return words.trim().split(/\s+/);
}
