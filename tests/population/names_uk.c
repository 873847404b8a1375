#include "tests/population/pop.h"

/*
 * In falling order of frequency among children in England.  The marks of the
 * families: ^X is O'X with its variants, ~X is McX or MacX with theirs.
 */
const struct culture cultures_uk[] = {
{ "english", { 800, 630, 300 }, "en", 100,
	"Oliver Noah George Leo Arthur Harry Jack Charlie Oscar Jacob "
	"Henry Thomas Freddie Alfie Theo William Theodore Archie Joshua "
	"Alexander James Isaac Edward Lucas Tommy Finley Max Logan Ethan "
	"Mason Harrison Teddy Joseph Sebastian Benjamin Daniel Samuel Reuben "
	"Rory Elijah Luca Albie Reggie Hugo Louie Frankie Jaxon Roman Dylan "
	"Ronnie Toby Hunter Jude Louis Zachary Ralph Felix Rowan Bobby Adam "
	"Jesse Grayson Ezra Luke Kai Caleb Riley Stanley Matthew Ryan Harvey "
	"Nathan Tyler Jamie Callum Connor Cameron Liam Owen Rhys Gabriel Elliot "
	"Jenson Ollie Blake Jayden Aaron Ellis Austin Ted Otto Jasper Kian "
	"Robert Michael John David Christopher Andrew Peter Kyle Bradley Lewis "
	"Dominic Xavier Callan Rex Seth Joel Fox Chester Zac Brody Leon Evan "
	"Jay Tom Ben Sam Joe Alex Jean-Luc Zoltan Björn André Jürgen Siôn",
	"Olivia Amelia Isla Ava Mia Ivy Lily Isabella Rosie Sophia Grace "
	"Willow Freya Florence Emily Ella Poppy Evie Elsie Charlotte Evelyn "
	"Sienna Sofia Daisy Phoebe Sophie Alice Harper Matilda Ruby Emilia "
	"Maya Millie Isabelle Eva Luna Jessica Ada Aria Arabella Maisie Esme "
	"Eliza Penelope Bonnie Chloe Mila Violet Hallie Scarlett Layla Imogen "
	"Eleanor Molly Harriet Elizabeth Erin Lola Nancy Thea Ellie Lottie "
	"Rose Robyn Orla Mabel Hannah Lucy Summer Jasmine Zara Holly Edith "
	"Abigail Anna Georgia Bella Amber Zoe Heidi Megan Leah Katie Lexi "
	"Beatrice Lyla Martha Darcie Annabelle Amelie Lara Gracie Clara Aurora "
	"Nell Maggie Hope Faith Skye Paige Lauren Rebecca Sarah Emma Victoria "
	"Caitlin Niamh Amy Zoë Chloë Renée Anaïs Eloïse Esmé Siân Beth "
	"Kate Eve Iris Margot Tilly Penny Hattie Mary-Jane Ella-Rose Lily-Mae "
	"Gracie-Mae Ellie-Mae Amelia-Rose Anna_Maria",
	"Smith Jones Taylor Brown Williams Wilson Johnson Davies Evans Thomas "
	"Roberts Wright Walker Robinson Thompson White Hughes Edwards Green "
	"Hall Wood Harris Clarke Lewis Jackson Turner Cooper Hill Ward Moore "
	"Clark Morris Baker Harrison King Lee Allen Martin Morgan James Scott "
	"Phillips Watson Davis Parker Price Bennett Young Griffiths Mitchell "
	"Cook Kelly Carter Richardson Bailey Collins Bell Shaw Murphy Miller Cox "
	"Richards Marshall Simpson Anderson Ellis Adams Wilkinson Foster "
	"Chapman Mason Webb Rogers Gray Rose Hunt Mills Palmer Holmes Lloyd "
	"^Brien ~Donald Barnes Knight Matthews Butler Russell Stevens Jenkins "
	"Fisher Barker Dixon Harvey Fletcher Graham Reid Murray Campbell Stewart "
	"Andrews Ford Payne Fox Pearson Elliott Lowe West Dawson Reynolds Ross "
	"Howard Powell Lawrence Atkinson Stone Burton Gibson Hart Francis Perry "
	"Saunders Wells Owen Hudson Spencer Hayes Warren Bradley Cole Day "
	"Kaur-Smith Whitehead Ashworth Ainsworth Entwistle Greenhalgh "
	"Featherstonehaugh ~Kenzie ~Gregor Fitzgerald ^Neill de_Souza von_Berg "
	"Brontë Müller Prud’homme St_John Cholmondeley-Warner Ng Oh Ö",
	NULL, NULL, NULL },
{ "irish", { 30, 50, 40 }, "en", 100,
	"Seán Conor Finn Rory Oisín Patrick Cillian Fionn Liam Darragh Jack "
	"Cian Tadhg Daithí Aidan Eoin Ronan Séamus Declan Niall Brendan Callum "
	"Pádraig Ruairí Eamon Dara Shay Michael Thomas Donnacha Colm Kieran "
	"Diarmuid Cormac Micheál",
	"Saoirse Niamh Aoife Orla Erin Éabha Fiadh Róisín Caoimhe Ciara Maeve "
	"Clodagh Sinéad Siobhán Clíona Áine Gráinne Bridget Kathleen Nora "
	"Aisling Sorcha Eimear Bláthnaid Deirdre Gráinne Mairéad Nuala Tara "
	"Shannon Cara Kayleigh Órla Sadhbh",
	"Murphy Kelly ^Brien ^Connor Ryan Byrne Walsh ^Neill ^Sullivan Doyle "
	"~Carthy Gallagher ^Reilly Doherty Kennedy Lynch Murray Quinn Moore "
	"~Laughlin ^Carroll Connolly Daly ^Connell Wilson Dunne Brennan Burke "
	"Collins Campbell Clarke Johnston Hughes ^Farrell Fitzgerald Nolan "
	"Lyons ~Grath ~Dermott ~Guinness Ó_Súilleabháin Ní_Bhriain Mac_Giolla "
	"Maguire Duffy ^Shea ^Hara ~Cann Ó_Dónaill Breathnach",
	NULL, NULL, NULL },
{ "caribbean", { 8, 35, 70 }, "en", 100,
	"Malachi Elijah Isaiah Josiah Jayden Kai Tyrese Micah Zion Nathaniel "
	"Kymani Marlon Jerome Andre Jordan Leon Reece Tyrell Ezekiel Rashaan "
	"D’Andre Caleb Joshua Romario Kingston",
	"Aaliyah Amara Nia Zara Naomi Imani Kayla Leah Tiana Shanice Zuri "
	"Jasmine Renée Sade Talia Amelia Khadija Ebony Gabrielle Kiara Maya "
	"Shanelle Tamia D’Arcy Miracle",
	"Brown Williams Campbell Clarke Grant Johnson Francis Thompson Reid "
	"Henry Powell Bailey Gordon Morgan Lewis Daley Blake Samuels Wright "
	"Charles Pierre St_Louis Joseph Alexander Facey Bogle ~Kenzie ~Intosh "
	"Thomas-Grant",
	NULL, NULL, NULL },
};
const size_t cultures_uk_n = sizeof(cultures_uk) / sizeof(cultures_uk[0]);
