#include "lib/agent/sample_places.h"

#include <algorithm>
#include <iterator>

namespace agent {
namespace {

std::vector<SamplePlace> EuropeanPlaces() {
  return {
      {"Paris",
       "🥐",
       8,
       17,
       {"the Louvre, early and by the side door", "Montmartre's steps",
        "the Musée d'Orsay", "the Marais and its courtyards",
        "the Jardin du Luxembourg", "the Eiffel tower at dusk"},
       {"a galette and cider in a crêperie", "a plat du jour in a bistro",
        "bread and cheese from the market"},
       {"jazz in a cellar of Saint-Germain",
        "an open-air film at the Parc de la Villette",
        "a book market along the Seine", "late opening at the Orangerie"}},
      {"London",
       "🎡",
       7,
       15,
       {"the British Museum", "the South Bank from bridge to bridge",
        "the Tower and its ravens", "Greenwich and the meridian",
        "Kew's glasshouses", "Hampstead Heath and its view"},
       {"a pie in an old pub", "curry in Brick Lane",
        "scones and a pot of tea"},
       {"a lunchtime concert in Saint Martin's church",
        "the Sunday flower market in Columbia Road", "a comedy night in Soho",
        "a street food fair in Camden"}},
      {"Lisbon",
       "🚋",
       13,
       22,
       {"tram 28 up to Graça", "the Jerónimos cloister in Belém",
        "the castle of São Jorge", "the tile museum", "the alleys of Alfama",
        "the ferry to Cacilhas"},
       {"grilled sardines", "a custard tart, still warm",
        "rice with seafood from one pot"},
       {"fado in a tavern of Mouraria", "a thieves' market at Santa Clara",
        "an open-air dance at the river", "a street art walk in Marvila"}},
      {"Rome",
       "🏛️",
       11,
       21,
       {"the Forum at opening time", "the Pantheon", "Trastevere's lanes",
        "the Borghese gallery", "the Appian Way by bicycle",
        "the Vatican museums"},
       {"cacio e pepe", "pizza by the slice", "artichokes, Jewish style"},
       {"an opera among ruins", "a market of old prints at Piazza Borghese",
        "a wine evening in Monti", "a night tour of the Colosseum"}},
      {"Barcelona",
       "🎨",
       13,
       21,
       {"the Sagrada Família", "Park Güell in the morning",
        "the Gothic quarter", "Montjuïc and its gardens", "the Picasso museum",
        "the beach at Barceloneta"},
       {"bread with tomato and anchovies", "a paella by the sea",
        "tapas, standing, in Poble-sec"},
       {"human towers on a square in Gràcia", "a guitar recital in the Palau",
        "a vinyl fair at the Raval", "magic fountains with music"}},
  };
}

std::vector<SamplePlace> FartherPlaces() {
  return {
      {"Tokyo",
       "🗼",
       12,
       21,
       {"Senso-ji temple in Asakusa", "the Meiji shrine and its forest",
        "Shibuya's great crossing", "the Tsukiji outer market",
        "Ueno park and its museums", "the view from the Tokyo Skytree"},
       {"ramen at a counter of eight seats", "sushi near the market",
        "okonomiyaki from the hot plate"},
       {"an evening of lanterns along the Sumida river",
        "a flea market at a shrine in Shinjuku",
        "a matinee at the kabuki theatre in Ginza",
        "a craft beer weekend in Yoyogi park"}},
      {"New York",
       "🗽",
       8,
       17,
       {"the High Line from end to end", "Central Park on a rented bicycle",
        "the Metropolitan Museum", "the ferry past the Statue of Liberty",
        "Brooklyn Bridge on foot", "the view from the Top of the Rock"},
       {"a slice, folded", "pastrami on rye", "dumplings in Chinatown"},
       {"a free concert in Bryant Park", "an off-Broadway preview",
        "a rooftop film in Brooklyn", "a greenmarket at Union Square"}},
      {"Seattle",
       "☕",
       7,
       15,
       {"Pike Place market before nine", "the Space Needle",
        "the Chihuly glass garden", "Discovery Park and its lighthouse",
        "the Museum of Flight", "the ferry to Bainbridge Island"},
       {"chowder on the pier", "a salmon sandwich", "teriyaki, local style"},
       {"a farmers' market in Ballard", "a poetry slam on Capitol Hill",
        "live music at a club in Belltown", "a kayak evening on Lake Union"}},
  };
}

std::vector<SamplePlace> MakePlaces() {
  std::vector<SamplePlace> places = EuropeanPlaces();
  std::vector<SamplePlace> farther = FartherPlaces();
  std::move(farther.begin(), farther.end(), std::back_inserter(places));
  return places;
}

SamplePlace AnyPlace(std::string_view name) {
  const uint64_t hash = StableHash(AsciiLower(name));
  const int high = 14 + static_cast<int>(hash % 14);
  return {std::string(name),
          "🧭",
          high - 8,
          high,
          {"the old town on foot", "the main museum",
           "the viewpoint above the roofs", "the market hall",
           "the gardens and the waterside", "the quarter of the artists"},
          {"the dish of the region in a family's tavern",
           "a lunch from the market's stalls", "what the bakery is known for"},
          {"a concert on the main square", "a market of local crafts",
           "a guided walk through the old town", "an evening of street food"}};
}

}  // namespace

const std::vector<SamplePlace>& KnownPlaces() {
  static const auto* const kPlaces = new std::vector<SamplePlace>(MakePlaces());
  return *kPlaces;
}

SamplePlace PlaceNamed(std::string_view name) {
  const std::string wanted = AsciiLower(name);
  for (const SamplePlace& place : KnownPlaces()) {
    if (AsciiLower(place.name) == wanted) return place;
  }
  return AnyPlace(name);
}

uint64_t StableHash(std::string_view text) {
  uint64_t hash = 14695981039346656037U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  }
  return hash ^ (hash >> 32);
}

std::string AsciiLower(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

}  // namespace agent
