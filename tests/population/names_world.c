#include "tests/population/pop.h"

/* In falling order of frequency; see names_uk.c. */
const struct culture cultures_world[] = {
{ "polish", { 15, 20, 22 }, "pl", 60,
	"Jakub Jan Antoni Filip Szymon Aleksander Franciszek Mikołaj Wojciech "
	"Kacper Oliwier Maksymilian Łukasz Michał Paweł Stanisław Igor Błażej "
	"Adam Dawid Bartosz Kamil Grzegorz Krzysztof Tomasz Stanisław Bogusław",
	"Zuzanna Julia Maja Zofia Hanna Lena Alicja Maria Oliwia Amelia Wiktoria "
	"Aleksandra Nikola Gabriela Małgorzata Agnieszka Łucja Katarzyna Anna "
	"Weronika Karolina Natalia Magdalena Żaneta Bożena",
	"Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski "
	"Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur "
	"Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski "
	"Zając Pawłowski Król Michalski Wróbel Wieczorek Jabłoński Żak Łuczak "
	"Brzęczyszczykiewicz", NULL, NULL, NULL },
{ "romanian", { 9, 14, 24 }, "en", 100,
	"Andrei David Matei Luca Ștefan Alexandru Gabriel Ionuț Mihai Darius "
	"Cristian Rareș Vlad Florin Constantin Răzvan Bogdan Marius Nicolae "
	"Cătălin",
	"Maria Sofia Ioana Elena Andreea Daria Antonia Alexandra Ștefania "
	"Bianca Mălina Larisa Gabriela Denisa Raluca Ecaterina Mihaela Ana "
	"Anastasia Crina",
	"Popa Popescu Ionescu Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu "
	"Rusu Constantin Marin Florea Șerban Munteanu Dinu Țurcanu Lupu Tudor "
	"Moldovan Vasile Nistor Bălan Ungureanu Preda", NULL, NULL, NULL },
{ "pakistani", { 20, 65, 55 }, "ur", 45,
	"Muhammad Mohammed Ibrahim Yusuf Zayn Ali Adam Hamza Musa Ahmed Omar "
	"Abdullah Hassan Bilal Haris Rayyan Zakariya Ismail Umar Uthman Danyal "
	"Mohammad Eesa Idris Hussain Zain Ayaan Faizan Usman Arham Kashif Imran "
	"Abdul-Rahman Sulaiman Tariq",
	"Fatima Aisha Maryam Zainab Khadija Amina Hafsa Ayesha Zara Aaliyah "
	"Sumayyah Safa Inaya Anaya Iqra Hana Mariam Noor Saima Alisha Zoya "
	"Hira Sana Laiba Mahnoor Rabia Nadia Sidra Bushra Zahra Rukhsana",
	"Khan Ahmed Hussain Ali Akhtar Mahmood Iqbal Malik Bibi Shah Hussain "
	"Mohammed Begum Aslam Mirza Butt Rashid Chaudhry Qureshi Sheikh Raja "
	"Nawaz Siddiqui Ashraf Rehman Saleem Javed Bashir Younis Bukhari Rafiq "
	"Zaman", "محمد یوسف علی حمزہ عمر بلال", "فاطمہ عائشہ مریم زینب خدیجہ نور",
	"خان احمد حسین اقبال ملک شاہ قریشی" },
{ "sikh", { 5, 13, 18 }, "pa", 35,
	"Arjan Harpreet Gurpreet Jaskaran Harjot Manpreet Amrit Fateh Angad "
	"Ranveer Jujhar Sukhdeep Karan Balraj Dilraj Gurdeep Veer Zorawar",
	"Simran Jasleen Harleen Gurleen Manpreet Kiran Jaspreet Harpreet Amrit "
	"Navneet Prabhjot Sukhpreet Anoop Ravneet Mehar Asees Diya Kirandeep",
	"Singh Kaur Gill Sidhu Dhillon Sandhu Grewal Bains Johal Dhaliwal Sohal "
	"Sangha Atwal Randhawa Mann Virk Bhullar Bhogal Rai Uppal",
	"ਹਰਪ੍ਰੀਤ ਗੁਰਪ੍ਰੀਤ ਅਰਜਨ ਅੰਗਦ ਫ਼ਤਿਹ", "ਸਿਮਰਨ ਜਸਲੀਨ ਕਿਰਨ ਮਨਪ੍ਰੀਤ ਹਰਲੀਨ",
	"ਸਿੰਘ ਕੌਰ ਗਿੱਲ ਸਿੱਧੂ ਢਿੱਲੋਂ" },
{ "hindu", { 8, 19, 38 }, "gu", 25,
	"Aarav Arjun Krishna Vihaan Rohan Dev Aryan Ishaan Reyansh Shiv Kavi "
	"Rishi Neel Veer Ayush Dhruv Jay Om Kush Yash Raj Mihir Nikhil Pranav",
	"Anaya Diya Aanya Ananya Kavya Isha Riya Saanvi Meera Priya Nisha Aarya "
	"Maya Krisha Tara Pooja Jiya Mahi Khushi Anika Shreya Vidhi Radha",
	"Patel Shah Sharma Mistry Kumar Parmar Joshi Desai Mehta Gupta Solanki "
	"Chauhan Modi Thakkar Vaghela Rana Tailor Naik Verma Reddy Rao Nair "
	"Iyer Chaudhari Trivedi Pandya Bhatt",
	"આરવ કૃષ્ણ રોહન દેવ અર્જુન", "અનન્યા દિયા મીરા પ્રિયા કાવ્યા",
	"પટેલ શાહ મિસ્ત્રી જોશી દેસાઈ" },
{ "bangladeshi", { 6, 19, 50 }, "bn", 45,
	"Muhammad Mohammed Yusuf Ibrahim Tahmid Rahim Ayaan Abdul Zakir Imran "
	"Sami Rayhan Tanvir Nabil Farhan Mahdi Shahid Nazmul Rafi Sabbir",
	"Fatima Maryam Tasnim Nusrat Sumaiya Ayesha Jannat Anika Tahmina Rahima "
	"Nasima Farzana Mahira Sadia Tanjina Rumana Afsana Labiba Mim",
	"Begum Miah Uddin Ahmed Rahman Khatun Islam Hussain Ali Khan Hoque "
	"Choudhury Akther Alam Chowdhury Sultana Kabir Karim Bibi Haque Talukdar "
	"Sarkar Bhuiyan", "মোহাম্মদ রহিম আয়ান তানভীর ইমরান",
	"ফাতেমা মরিয়ম তাসনিম আয়েশা নুসরাত", "বেগম মিয়া উদ্দিন রহমান ইসলাম চৌধুরী" },
{ "somali", { 2, 14, 28 }, "so", 55,
	"Mohamed Abdirahman Ahmed Ayub Yusuf Abdullahi Zakariye Hassan Liban "
	"Abdi Yahya Guled Mahad Ismail Sharmarke Bile",
	"Hodan Ayaan Fadumo Sumaya Amina Khadra Hibaq Nasra Ifrah Ubah Sahra "
	"Asha Halima Deqa Hamdi Ladan",
	"Mohamed Ali Hassan Ahmed Abdi Omar Hussein Ibrahim Yusuf Osman Farah "
	"Warsame Jama Adan Nur Abdullahi Elmi Guled Duale Hersi", NULL, NULL, NULL },
{ "nigerian", { 5, 22, 50 }, "en", 100,
	"David Emmanuel Daniel Oluwaseun Toluwani Chidera Ayomide Samuel Jeremiah "
	"Chukwuemeka Ifeanyi Ireoluwa Obinna Babatunde Temitope Kelechi Tobi "
	"Oluwadarasimi Chinonso Nathaniel Olúwaṣeun",
	"Esther Oluwatobi Chiamaka Temiloluwa Adaeze Grace Amarachi Ayomide "
	"Ngozi Folasade Chidinma Morenikeji Simisola Oluwadamilola Precious "
	"Blessing Ifeoma Zainab Tiwalade Oyinkansola",
	"Okafor Adeyemi Okonkwo Balogun Ogunleye Eze Ojo Adebayo Obi Nwosu "
	"Williams Olawale Adeleke Ibrahim Okoro Chukwu Afolabi Akinola Bello "
	"Nnamdi Oyelaran Ọlátúnjí Ogunbanjo Onyekachi", NULL, NULL, NULL },
{ "ghanaian", { 3, 10, 26 }, "en", 100,
	"Kwame Kofi Nana Emmanuel Kwabena Yaw Kwaku Michael Jayden Samuel Papa "
	"Nathan Isaac Ebo Kojo",
	"Ama Akosua Abena Nana Adwoa Efua Esi Princess Afia Grace Gifty Maame "
	"Yaa Ewurama Serwaa",
	"Mensah Owusu Boateng Osei Appiah Asante Agyemang Addo Amoah Ofori "
	"Antwi Darko Opoku Frimpong Acheampong Yeboah Kwarteng Ansah Quaye "
	"Owusu-Ansah", NULL, NULL, NULL },
{ "chinese", { 6, 11, 20 }, "en", 100,
	"Jason Ryan Lucas Wei Jun Hao Ethan Yichen Zihao Kai-Lok Ho-Yin Ka-Ho "
	"Haoran Tsz_Hin Chun_Hei Daniel",
	"Emily Chloe Xin Yi Mei Jia Yuxuan Zihan Hoi-Ching Ka-Yan Sophie Lok_Yi "
	"Tsz_Ching Xinyi Wing Yan",
	"Chan Wong Li Chen Zhang Wang Liu Lee Lam Cheung Ho Yang Ng Leung Lau Wu "
	"Huang Tang Lin Xu Yu Au E", "子豪 浩然 俊傑 家樂 宇軒 明", "子晴 欣怡 雨萱 嘉欣 美 詠",
	"陳 黃 李 張 王 劉 林 歐陽" },
{ "arabic", { 6, 19, 42 }, "ar", 50,
	"Mohammed Ahmed Omar Yousef Ali Adam Ibrahim Hamza Khaled Zayd Karim "
	"Mustafa Anas Rami Tarek Samir Faisal Nour Abdulaziz Al-Hassan",
	"Fatima Maryam Layla Sara Noor Salma Yasmin Hala Rania Dina Amal Huda "
	"Rima Jana Lina Zahra Malak Rawan Shahad Farah",
	"Al-Hassan Hassan Ali Ahmed Mohammed Al-Ahmad Ibrahim Khalil Mansour "
	"Saleh Al-Masri Haddad Abdullah Hamdan Othman Nasser El-Sayed Mahmoud "
	"Aziz Al-Rashid Bouazza ben_Ali", "محمد أحمد عمر يوسف علي كريم",
	"فاطمة مريم ليلى سارة نور سلمى", "الحسن أحمد المصري حداد منصور صالح" },
{ "turkish", { 2, 8, 22 }, "tr", 55,
	"Yusuf Eymen Ömer Mustafa Emir Kerem Çınar Ali Mehmet Deniz Berat Kaan "
	"Uğur İbrahim Şahin Alp",
	"Zeynep Elif Defne Asel Azra Eylül Nehir Ecrin Ela Zümra Ayşe Gül Şeyma "
	"İrem Özlem Büşra",
	"Yılmaz Kaya Demir Şahin Çelik Yıldız Yıldırım Öztürk Aydın Özdemir "
	"Arslan Doğan Kılıç Aslan Çetin Koç Kurt Özkan Şimşek Güneş", NULL,
	NULL, NULL },
{ "portuguese", { 5, 10, 20 }, "pt", 55,
	"Gabriel Miguel João Rafael Lucas Tiago Santiago Martim Afonso Lourenço "
	"Duarte Simão Gonçalo Diogo Tomás André",
	"Maria Beatriz Leonor Matilde Carolina Mariana Inês Sofia Lara Clara "
	"Conceição Luísa Joana Júlia Bárbara Constança",
	"Silva Santos Ferreira Pereira Oliveira Costa Rodrigues Martins Sousa "
	"Fernandes Gonçalves Gomes Lopes Marques Alves Almeida Ribeiro Carvalho "
	"dos_Santos da_Silva Araújo Conceição", NULL, NULL, NULL },
{ "tamil", { 2, 6, 18 }, "ta", 45,
	"Aadhavan Kavin Pranav Arun Dinesh Vishnu Karthik Sanjeev Tharun Kumaran "
	"Ilango Senthilkumaran Balakrishnan",
	"Kavya Abinaya Tharani Meena Yazhini Janani Nila Sivagami Thamarai Divya "
	"Kayalvizhi Vaishnavi Thamizhselvi",
	"Sivakumar Rajah Kumar Balasubramaniam Selvarajah Nadarajah Mahendran "
	"Thirunavukkarasu Kandiah Sinnathamby Ganeshalingam Arulananthan "
	"Ratnasingham Yogeswaran Ponnambalam", "கவின் அருண் பிரணவ் குமரன் இளங்கோ",
	"கவ்யா மீனா நிலா யாழினி ஜனனி", "சிவகுமார் ராஜா செல்வராஜா கந்தையா நடராஜா" },
{ "greek", { 2, 4, 9 }, "en", 100,
	"Georgios Andreas Nikos Christos Alexandros Michalis Panayiotis Yiannis "
	"Kostas Stavros", "Maria Eleni Sofia Katerina Anastasia Despina Andrea "
	"Christina Ioanna Athena",
	"Georgiou Christodoulou Papadopoulos Ioannou Nicolaou Charalambous "
	"Panayiotou Constantinou Andreou Michael Hadjigeorgiou Pavlou",
	"Γιώργος Ανδρέας Νίκος Χρήστος Αλέξανδρος", "Μαρία Ελένη Σοφία Κατερίνα Άννα",
	"Γεωργίου Παπαδόπουλος Ιωάννου Νικολάου" },
{ "ukrainian", { 6, 8, 8 }, "en", 100,
	"Oleksandr Maksym Artem Dmytro Ivan Bohdan Danylo Mykola Andriy Yaroslav "
	"Mark Nazar", "Anna Sofiia Mariia Daryna Anastasiia Polina Viktoriia "
	"Yeva Kateryna Oksana Solomiia Zlata",
	"Shevchenko Kovalenko Bondarenko Tkachenko Kravchenko Boyko Melnyk "
	"Kovalchuk Oliynyk Shevchuk Polishchuk Lysenko Moroz Rudenko",
	"Олександр Максим Артем Дмитро Іван", "Анна Софія Марія Дарина Оксана",
	"Шевченко Коваленко Бойко Мельник Ткаченко" },
{ "icelandic", { 1, 1, 2 }, "en", 100,
	"Ólafur Jón Þór Guðmundur Björn Sigurður Einar Kári",
	"Guðrún Sigríður Björk Þórdís Anna Kristín Ásta Hekla",
	"Jónsson Ólafsson Guðmundsson Sigurðsson Einarsson Þórsson Björnsson",
	NULL, NULL, NULL },
{ "congolese", { 2, 5, 14 }, "fr", 60,
	"Christian Junior Emmanuel Exaucé Jérémie Josué Béni Samuel Glody Moïse",
	"Grâce Dorcas Esther Naomie Merveille Ruth Plamedi Déborah Rebecca Joëlle",
	"Ilunga Mbuyi Kabongo Mukendi Tshibangu Kalala Lukusa Ngoy Kasongo "
	"N’Guessan Mutombo Nzuzi M’Bala", NULL, NULL, NULL },
{ "spanish", { 3, 5, 14 }, "en", 100,
	"Mateo Santiago Martín Hugo Ángel Sebastián Nicolás Álvaro Iñigo Joaquín",
	"Lucía Sofía Martina Valentina María Nuria Ángela Begoña Inés Ximena",
	"García_López Rodríguez Martínez Fernández_Ruiz González Sánchez Pérez "
	"Muñoz Ibáñez_Torres Ramírez Gutiérrez", NULL, NULL, NULL },
};
const size_t cultures_world_n =
    sizeof(cultures_world) / sizeof(cultures_world[0]);
