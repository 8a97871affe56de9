<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>Claims</name>
    <message>
        <source>Giving each layer b = ½·log2(α·σ²/λ) bits is the optimal allocation.</source>
        <translation>Jeder Schicht b = ½·log2(α·σ²/λ) Bit zu geben, ist die optimale Verteilung.</translation>
    </message>
    <message>
        <source>theory, bit allocation by sensitivity and variance (also in its abstract)</source>
        <translation>Theorie, Verteilung der Bits nach Empfindlichkeit und Varianz (auch in der Zusammenfassung)</translation>
    </message>
    <message>
        <source>Every bit more gains 6.02 dB of signal over quantization noise.</source>
        <translation>Jedes Bit mehr bringt 6,02 dB Abstand zum Quantisierungsrauschen.</translation>
    </message>
    <message>
        <source>signal-to-quantization-noise ratio</source>
        <translation>Signal-Quantisierungsrauschabstand</translation>
    </message>
    <message>
        <source>The first and the last layer are the most sensitive to quantization.</source>
        <translation>Die erste und die letzte Schicht sind am empfindlichsten gegen Quantisierung.</translation>
    </message>
    <message>
        <source>layer sensitivity, mixed precision</source>
        <translation>Empfindlichkeit der Schichten, gemischte Genauigkeit</translation>
    </message>
    <message>
        <source>Errors ε of the layers add up to at most Π(1 + ε) − 1 at the output of a network.</source>
        <translation>Fehler ε der Schichten summieren sich am Ausgang eines Netzes zu höchstens Π(1 + ε) − 1.</translation>
    </message>
    <message>
        <source>theory, accumulation of errors</source>
        <translation>Theorie, Fehlerfortpflanzung</translation>
    </message>
    <message>
        <source>Groups of 32 weights are better than groups of 128.</source>
        <translation>Gruppen von 32 Gewichten sind besser als Gruppen von 128.</translation>
    </message>
    <message>
        <source>granularity</source>
        <translation>Granularität</translation>
    </message>
    <message>
        <source>Rounding to a power of two is off by at most 1 − 2^(−1/2), 29.3 % of the weight.</source>
        <translation>Runden auf eine Zweierpotenz weicht um höchstens 1 − 2^(−1/2) ab, 29,3 % des Gewichts.</translation>
    </message>
    <message>
        <source>logarithmic quantization</source>
        <translation>logarithmische Quantisierung</translation>
    </message>
    <message>
        <source>Mixed precision beats uniform precision at the same average number of bits.</source>
        <translation>Gemischte Genauigkeit schlägt einheitliche bei gleicher mittlerer Bitzahl.</translation>
    </message>
    <message>
        <source>mixed-precision quantization (also in its abstract)</source>
        <translation>Quantisierung mit gemischter Genauigkeit (auch in der Zusammenfassung)</translation>
    </message>
    <message>
        <source>NF4 is more exact than INT4 on weights of a normal distribution.</source>
        <translation>NF4 ist bei normalverteilten Gewichten genauer als INT4.</translation>
    </message>
    <message>
        <source>4-bit NormalFloat quantization</source>
        <translation>Quantisierung mit 4-Bit-NormalFloat</translation>
    </message>
    <message>
        <source>The scale 2·(max − min)/(2^b − 1) has the least mean squared error.</source>
        <translation>Die Skala 2·(max − min)/(2^b − 1) hat den kleinsten mittleren quadratischen Fehler.</translation>
    </message>
    <message>
        <source>theory, the optimal scale</source>
        <translation>Theorie, die optimale Skala</translation>
    </message>
    <message>
        <source>Quantization-aware training beats quantization after training at 4 bits and below.</source>
        <translation>Training mit Quantisierung schlägt bei 4 Bit und weniger die Quantisierung nach dem Training.</translation>
    </message>
    <message>
        <source>comparison of PTQ and QAT</source>
        <translation>Vergleich von PTQ und QAT</translation>
    </message>
    <message>
        <source>Rounding moves a weight by at most half a step, Δ/2.</source>
        <translation>Runden verschiebt ein Gewicht um höchstens einen halben Schritt, Δ/2.</translation>
    </message>
    <message>
        <source>error of a uniform quantizer</source>
        <translation>Fehler eines gleichmäßigen Quantisierers</translation>
    </message>
    <message>
        <source>From 10 million to 1 billion weights, quantized models are four (INT8) or eight (INT4) times smaller and stay within 6 % of full precision.</source>
        <translation>Von 10 Millionen bis 1 Milliarde Gewichten sind quantisierte Modelle vier- (INT8) oder achtmal (INT4) kleiner und bleiben innerhalb von 6 % der vollen Genauigkeit.</translation>
    </message>
    <message>
        <source>abstract (10M to 1B parameters, within 6 % of full precision; it measures language models)</source>
        <translation>Zusammenfassung (10 Mio. bis 1 Mrd. Parameter, innerhalb von 6 % der vollen Genauigkeit; gemessen an Sprachmodellen)</translation>
    </message>
    <message>
        <source>Rescaling by γ = √(E[x²]/E[Q(x)²]) keeps the second moment of the weights and improves the output.</source>
        <translation>Umskalieren mit γ = √(E[x²]/E[Q(x)²]) erhält das zweite Moment der Gewichte und verbessert die Ausgabe.</translation>
    </message>
    <message>
        <source>theory, the scaling factor γ (abstract: &quot;our proposed scaling factor&quot;)</source>
        <translation>Theorie, der Skalierungsfaktor γ (Zusammenfassung: „our proposed scaling factor“)</translation>
    </message>
    <message>
        <source>INT8 makes a model four times smaller, INT4 eight times.</source>
        <translation>INT8 macht ein Modell viermal kleiner, INT4 achtmal.</translation>
    </message>
    <message>
        <source>benefits of lower precision (4 and 8 times less to move than float32)</source>
        <translation>Vorteile geringerer Genauigkeit (4- und 8-mal weniger zu bewegen als float32)</translation>
    </message>
    <message>
        <source>Quantization makes a model up to about 68 % smaller.</source>
        <translation>Quantisierung macht ein Modell um bis zu etwa 68 % kleiner.</translation>
    </message>
    <message>
        <source>abstract</source>
        <translation>Zusammenfassung</translation>
    </message>
    <message>
        <source>holds</source>
        <translation>gilt</translation>
    </message>
    <message>
        <source>holds within limits</source>
        <translation>gilt in Grenzen</translation>
    </message>
    <message>
        <source>does not hold</source>
        <translation>gilt nicht</translation>
    </message>
    <message>
        <source>The formula wants real numbers of bits and an error that falls by 4 with each; rounded to formats that exist and brought within the budget, {} of {} plans are the best there is, the others lose up to {:.1f} % more.</source>
        <translation>Die Formel verlangt gebrochene Bitzahlen und einen Fehler, der mit jedem Bit auf ein Viertel fällt; auf vorhandene Formate gerundet und ins Budget gebracht, sind {} von {} Plänen die besten, die es gibt, die übrigen verlieren bis zu {:.1Lf} % mehr.</translation>
    </message>
    <message>
        <source>{} bits a weight, {}: {:.2f} % more loss than the proven best plan.</source>
        <translation>{:Lg} Bit pro Gewicht, {}: {:.2Lf} % mehr Verlust als der bewiesen beste Plan.</translation>
    </message>
    <message>
        <source>Loss, the sum of squared relative errors, of the closed form, rounded to the formats at hand and brought within the budget, over that of the plan that is proven to be the best.</source>
        <translation>Verlust, die Summe der quadrierten relativen Fehler, der geschlossenen Formel, auf vorhandene Formate gerundet und ins Budget gebracht, geteilt durch den des Plans, der bewiesen der beste ist.</translation>
    </message>
    <message>
        <source>It holds within 0.1 dB in {} of {} steps: where the range stays and steps are short against the weights&apos; spread; at few bits and for heavy tails under min-max it does not, and with the range of least error each bit gains less.</source>
        <translation>Auf 0,1 dB gilt es bei {} von {} Schritten: wo der Bereich bleibt und die Stufen klein gegen die Streuung der Gewichte sind; bei wenigen Bits und bei schweren Rändern unter min-max gilt es nicht, und mit dem Bereich des kleinsten Fehlers bringt jedes Bit weniger.</translation>
    </message>
    <message>
        <source>From {} to {} bits, {}: {:+.2f} dB.</source>
        <translation>Von {} auf {} Bit, {}: {:+.2Lf} dB.</translation>
    </message>
    <message>
        <source>Gain of SQNR from int2 to int10, one bit after another, asymmetric with one scale a tensor, by minimum and maximum and with the range of least squared error.</source>
        <translation>Gewinn an SQNR von int2 bis int10, Bit für Bit, asymmetrisch mit einer Skala pro Tensor, nach Minimum und Maximum und mit dem Bereich des kleinsten quadratischen Fehlers.</translation>
    </message>
    <message>
        <source>{}: quantizing layer {} of {} alone raises the held-out loss by {:.4f}, the first by {:.4f}, the last by {:.4f}.</source>
        <translation>{}: Schicht {} von {} allein zu quantisieren, hebt den Testverlust um {:.4Lf}, die erste um {:.4Lf}, die letzte um {:.4Lf}.</translation>
    </message>
    <message>
        <source>In {} of {} trials with small dense networks the layer that hurts most is the first or the last, in {} both hurt more than all others.</source>
        <translation>In {} von {} Versuchen mit kleinen dichten Netzen schadet die erste oder die letzte Schicht am meisten, in {} beide mehr als alle anderen.</translation>
    </message>
    <message>
        <source>In {} of {} trials with small dense networks the layer that hurts most is the first or the last, in {} both hurt more than all others; the {}&apos;s weights lose {:.2f} % at the ends and {:.2f} % between them.</source>
        <translation>In {} von {} Versuchen mit kleinen dichten Netzen schadet die erste oder die letzte Schicht am meisten, in {} beide mehr als alle anderen; die Gewichte („{}“) verlieren an den Enden {:.2Lf} % und dazwischen {:.2Lf} %.</translation>
    </message>
    <message>
        <source>Rise of the held-out loss of six trained dense networks of five layers where one layer alone is in int3 or int4, with one scale a tensor or a channel, and errors of the weights of a model with blocks (its outputs are not computed).</source>
        <translation>Anstieg des Testverlusts von sechs trainierten dichten Netzen mit fünf Schichten, wenn eine Schicht allein in int3 oder int4 steht, mit einer Skala pro Tensor oder pro Kanal, und Fehler der Gewichte eines Modells mit Blöcken (seine Ausgaben werden nicht berechnet).</translation>
    </message>
    <message>
        <source>{} of {} random and trained networks stay below it, at {:.3f} to {:.2f} times, because errors of many weights point everywhere; but it is no bound: where a layer&apos;s outputs cancel, the signal shrinks and its error does not.</source>
        <translation>{} von {} zufälligen und trainierten Netzen bleiben darunter, beim {:.3Lf}- bis {:.2Lf}-Fachen, weil die Fehler vieler Gewichte in alle Richtungen zeigen; eine Schranke ist es aber nicht: Wo sich die Ausgaben einer Schicht aufheben, schrumpft das Signal und sein Fehler nicht.</translation>
    </message>
    <message>
        <source>y = x − 0.99·x in {}: the output is off by {:.1f} %, the bound says {:.2f} %.</source>
        <translation>y = x − 0,99·x in {}: Die Ausgabe weicht um {:.1Lf} % ab, die Schranke sagt {:.2Lf} %.</translation>
    </message>
    <message>
        <source>Relative error of the last layer&apos;s outputs where all layers are quantized, beside the bound with ε = ‖Ŵ − W‖/‖W‖, of random ReLU networks of 4, 16 and 32 layers, of six trained ones, and of one made to cancel.</source>
        <translation>Relativer Fehler der Ausgaben der letzten Schicht, wenn alle Schichten quantisiert sind, neben der Schranke mit ε = ‖Ŵ − W‖/‖W‖: bei zufälligen ReLU-Netzen mit 4, 16 und 32 Schichten, bei sechs trainierten und bei einem, das so gebaut ist, dass es sich aufhebt.</translation>
    </message>
    <message>
        <source>With the same format groups of 32 are always more exact (at least {:.2f} times), but their scales cost {:.3f} bits a weight more; spent on codes of groups of 128 instead, these bits gain more in {} of {} cases.</source>
        <translation>Im selben Format sind Gruppen von 32 immer genauer (mindestens {:.2Lf}-fach), aber ihre Skalen kosten {:.3Lf} Bit pro Gewicht mehr; für Codes in Gruppen von 128 ausgegeben, bringen diese Bits in {} von {} Fällen mehr.</translation>
    </message>
    <message>
        <source>On {} weights at {:.2f} bits: int{}:g128 with {:.1f} % of the rows in int{}:g128 has {:.3f} times the squared error of int{}:g32.</source>
        <translation>Gewichte „{}“ bei {:.2Lf} Bit: int{}:g128 mit {:.1Lf} % der Zeilen in int{}:g128 hat das {:.3Lf}-Fache des quadratischen Fehlers von int{}:g32.</translation>
    </message>
    <message>
        <source>Squared error of groups of 128 over that of groups of 32, 16-bit scales, int2 to int4: in the same format, and at the same number of stored bits, where as many rows as that pays for have one bit more.</source>
        <translation>Quadratischer Fehler von Gruppen zu 128 geteilt durch den von Gruppen zu 32, 16-Bit-Skalen, int2 bis int4: im selben Format und bei gleich vielen gespeicherten Bits, wobei so viele Zeilen, wie das bezahlt, ein Bit mehr haben.</translation>
    </message>
    <message>
        <source>The bound is that of rounding down ({:.4f}); rounding up goes to √2 − 1, {:.4f} measured, and weights below the smallest power become 0, a relative error of 1.</source>
        <translation>Die Schranke ist die des Abrundens ({:.4Lf}); Aufrunden reicht bis √2 − 1, gemessen {:.4Lf}, und Gewichte unter der kleinsten Potenz werden 0, ein relativer Fehler von 1.</translation>
    </message>
    <message>
        <source>{:.5f} becomes {:g}: a relative error of {:.4f}.</source>
        <translation>{:.5Lf} wird {:Lg}: ein relativer Fehler von {:.4Lf}.</translation>
    </message>
    <message>
        <source>Relative error |x̂ − x|/|x| of every weight of an octave in steps of 2^-16, of Gaussian and of real weights under log8, which has every power they need, and the weights that log4 has no power for.</source>
        <translation>Relativer Fehler |x̂ − x|/|x| jedes Gewichts einer Oktave in Schritten von 2^−16, normalverteilter und echter Gewichte unter log8, das jede nötige Potenz hat, und die Gewichte, für die log4 keine Potenz hat.</translation>
    </message>
    <message>
        <source>The best mixture never is worse; on the {} one format for all loses up to {:.3f} times as much, {:.3f} times where errors count by role, but with the fewest and the most bits there is nothing to mix, and layers that are alike gain nothing.</source>
        <translation>Die beste Mischung ist nie schlechter; auf „{}“ verliert ein Format für alle bis zum {:.3Lf}-Fachen, {:.3Lf}-Fachen, wo Fehler nach Rolle zählen; mit den wenigsten und den meisten Bits aber gibt es nichts zu mischen, und gleichartige Schichten gewinnen nichts.</translation>
    </message>
    <message>
        <source>The best mixture never is worse; on the {} one format for all loses up to {:.3f} times as much, {:.3f} times where errors count by role, but with the fewest and the most bits there is nothing to mix, and layers that are alike gain little.</source>
        <translation>Die beste Mischung ist nie schlechter; auf „{}“ verliert ein Format für alle bis zum {:.3Lf}-Fachen, {:.3Lf}-Fachen, wo Fehler nach Rolle zählen; mit den wenigsten und den meisten Bits aber gibt es nichts zu mischen, und gleichartige Schichten gewinnen wenig.</translation>
    </message>
    <message>
        <source>Eight Gaussian layers of one size: the best plan of {:.2f} bits loses nearly as much as {} for all ({:.5f} times).</source>
        <translation>Acht normalverteilte Schichten einer Größe: Der beste Plan mit {:.2Lf} Bit verliert fast so viel wie {} für alle ({:.5Lf}-fach).</translation>
    </message>
    <message>
        <source>Eight Gaussian layers of one size: the best plan of {:.2f} bits loses as much as {} for all ({:.5f} times).</source>
        <translation>Acht normalverteilte Schichten einer Größe: Der beste Plan mit {:.2Lf} Bit verliert so viel wie {} für alle ({:.5Lf}-fach).</translation>
    </message>
    <message>
        <source>Loss, the sum of squared relative errors, of one format for all tensors over that of the proven best plan of int2 to int8 in groups of 64 with no more bits.</source>
        <translation>Verlust, die Summe der quadrierten relativen Fehler, eines Formats für alle Tensoren geteilt durch den des bewiesen besten Plans aus int2 bis int8 in Gruppen von 64 mit nicht mehr Bits.</translation>
    </message>
    <message>
        <source>On Gaussian weights INT4 has {:.3f} times the squared error of NF4, and still {:.3f} times in its best form ({}); on weights without a bell shape it is another matter: uniform ones have {:.3f} times.</source>
        <translation>Bei normalverteilten Gewichten hat INT4 das {0:.3Lf}-Fache des quadratischen Fehlers von NF4, in seiner besten Form ({2}) noch das {1:.3Lf}-Fache; ohne Glockenform ist es anders: gleichverteilte haben das {3:.3Lf}-Fache.</translation>
    </message>
    <message>
        <source>Gaussian weights in {}: {:.3f} times the squared error of NF4.</source>
        <translation>Normalverteilte Gewichte in {}: das {:.3Lf}-Fache des quadratischen Fehlers von NF4.</translation>
    </message>
    <message>
        <source>Squared error of INT4 (±7 and −8 to 7, by minimum and maximum and with the scale of least error) and FP4 over that of NF4, all in groups of 64 with 32-bit scales, 4.5 bits a weight.</source>
        <translation>Quadratischer Fehler von INT4 (±7 und −8 bis 7, nach Minimum und Maximum und mit der Skala des kleinsten Fehlers) und FP4 geteilt durch den von NF4, alle in Gruppen von 64 mit 32-Bit-Skalen, 4,5 Bit pro Gewicht.</translation>
    </message>
    <message>
        <source>The scale of least squared error is smaller everywhere, and already half of the claimed one, the scale of minimum and maximum, is better: the claimed one has at least {:.1f} times the least error.</source>
        <translation>Die Skala des kleinsten quadratischen Fehlers ist überall kleiner, und schon die halbe behauptete, die Skala von Minimum und Maximum, ist besser: Die behauptete hat mindestens das {:.1Lf}-Fache des kleinsten Fehlers.</translation>
    </message>
    <message>
        <source>Gaussian weights at 4 bits: the claimed scale is {:.1f} times the best and its squared error {:.1f} times the least; minimum and maximum give {:.1f} times.</source>
        <translation>Normalverteilte Gewichte mit 4 Bit: Die behauptete Skala ist das {:.1Lf}-Fache der besten und ihr quadratischer Fehler das {:.1Lf}-Fache des kleinsten; Minimum und Maximum geben das {:.1Lf}-Fache.</translation>
    </message>
    <message>
        <source>Squared error of 2, 3, 4 and 8 bits, asymmetric, one scale a tensor, with the claimed scale, with that of minimum and maximum, and with the scale and zero point of least squared error.</source>
        <translation>Quadratischer Fehler mit 2, 3, 4 und 8 Bit, asymmetrisch, eine Skala pro Tensor: mit der behaupteten Skala, mit der von Minimum und Maximum und mit Skala und Nullpunkt des kleinsten quadratischen Fehlers.</translation>
    </message>
    <message>
        <source>{}: on {} of {} seeds PTQ is no worse (mean losses {:.4f} and {:.4f}).</source>
        <translation>{}: Bei {} von {} Startwerten ist PTQ nicht schlechter (mittlere Verluste {:.4Lf} und {:.4Lf}).</translation>
    </message>
    <message>
        <source>With 2 to 4 bits QAT has the lower held-out loss in {} of {} trainings, with 8 bits in {} of {}, where there is nothing left to win.</source>
        <translation>Mit 2 bis 4 Bit hat QAT in {} von {} Trainings den kleineren Testverlust, mit 8 Bit in {} von {}, wo nichts mehr zu gewinnen ist.</translation>
    </message>
    <message>
        <source>Held-out loss of dense networks (two hidden layers of 32) that are trained on with quantization in the loop, and of the same networks trained on as long in float and quantized then; three seeds, three data sets.</source>
        <translation>Testverlust dichter Netze (zwei verborgene Schichten mit 32 Neuronen), die mit Quantisierung weitertrainiert werden, und derselben Netze, ebenso lange ohne sie weitertrainiert und dann quantisiert; drei Startwerte, drei Datensätze.</translation>
    </message>
    <message>
        <source>No weight inside the range of its scale is off by more than {:.7f} half steps (what is above 1 is float32 rounding); beyond the range there is no bound.</source>
        <translation>Kein Gewicht im Bereich seiner Skala weicht um mehr als {:.7Lf} halbe Stufen ab (was über 1 liegt, ist Rundung von float32); außerhalb des Bereichs gibt es keine Schranke.</translation>
    </message>
    <message>
        <source>Under {} the Gaussian weight {:.4f} becomes {:.4f}: {:.1f} half steps.</source>
        <translation>Unter {} wird das normalverteilte Gewicht {:.4Lf} zu {:.4Lf}: {:.1Lf} halbe Stufen.</translation>
    </message>
    <message>
        <source>Largest |x − x̂| of any weight over half its scale, int2 to int8 with one scale a tensor: by minimum and maximum, where no weight is clipped, and with the range cut at the 99th percentile.</source>
        <translation>Größtes |x − x̂| eines Gewichts geteilt durch seine halbe Skala, int2 bis int8 mit einer Skala pro Tensor: nach Minimum und Maximum, wo kein Gewicht abgeschnitten wird, und mit dem Bereich, am 99. Perzentil abgeschnitten.</translation>
    </message>
    <message>
        <source>Sizes and the error of the weights are the same at every scale (INT8 {:.2f} times smaller at {} weights), but errors add up with depth: INT8 moves the outputs by {} over {} layers and by {} over {}, INT4 by {} and {}.</source>
        <translation>Größen und Fehler der Gewichte sind in jedem Maßstab gleich (INT8 {:.2Lf}-mal kleiner bei {} Gewichten), aber Fehler summieren sich mit der Tiefe: INT8 verschiebt die Ausgaben um {} über {} Schichten und um {} über {}, INT4 um {} und {}.</translation>
    </message>
    <message>
        <source>INT4 in groups of 64 over {} layers of {}: outputs off by {}.</source>
        <translation>INT4 in Gruppen von 64 über {} Schichten mit {} Neuronen: Die Ausgaben weichen um {} ab.</translation>
    </message>
    <message>
        <source>Stored bits, error of the weights, and relative error of the outputs on four random inputs, of dense ReLU networks with random weights (no trained ones: accuracy is not measured), 10 x 1024, 20 x 2048 and 50 x 4096.</source>
        <translation>Gespeicherte Bits, Fehler der Gewichte und relativer Fehler der Ausgaben bei vier zufälligen Eingaben, von dichten ReLU-Netzen mit Zufallsgewichten (keine trainierten: Treffsicherheit wird nicht gemessen), 10 × 1024, 20 × 2048 und 50 × 4096.</translation>
    </message>
    <message>
        <source>γ keeps the second moment (to {:.0f} parts in a billion); the output comes nearer in {} of {} cases with min-max ranges, which make x̂ too large, but in {} of {} with the scale of least squared error, which γ only moves away from.</source>
        <translation>γ erhält das zweite Moment (auf {:.0Lf} Milliardstel); die Ausgabe kommt bei Bereichen nach min-max, die x̂ zu groß machen, in {} von {} Fällen näher, mit der Skala des kleinsten quadratischen Fehlers aber, von der γ nur wegführt, in {} von {}.</translation>
    </message>
    <message>
        <source>γ does not keep the second moment (off by {:.0f} parts in a billion); the output comes nearer in {} of {} cases with min-max ranges, which make x̂ too large, but in {} of {} with the scale of least squared error, which γ only moves away from.</source>
        <translation>γ erhält das zweite Moment nicht (Abweichung: {:.0Lf} Milliardstel); die Ausgabe kommt bei Bereichen nach min-max, die x̂ zu groß machen, in {} von {} Fällen näher, mit der Skala des kleinsten quadratischen Fehlers aber, von der γ nur wegführt, in {} von {}.</translation>
    </message>
    <message>
        <source>{}: with γ the squared error of the weights is {:.3f} times, that of the layer&apos;s output {:.3f} times what it is without.</source>
        <translation>{}: Mit γ ist der quadratische Fehler der Gewichte das {:.3Lf}-Fache, der der Ausgabe der Schicht das {:.3Lf}-Fache dessen ohne γ.</translation>
    </message>
    <message>
        <source>E[x̂²]/E[x²], the squared error of the weights and that of a layer&apos;s output on 64 inputs, independent, correlated (0.95 from one to the next) and positive, each with γ over without, one scale a channel, by minimum and maximum and with the scale of least squared error.</source>
        <translation>E[x̂²]/E[x²], der quadratische Fehler der Gewichte und der der Ausgabe einer Schicht bei 64 Eingaben, unabhängig, korreliert (0,95 von einer zur nächsten) und positiv, jeweils mit γ geteilt durch ohne, eine Skala pro Kanal, nach Minimum und Maximum und mit der Skala des kleinsten quadratischen Fehlers.</translation>
    </message>
    <message>
        <source>Against float32 and with one scale a tensor or channel it is nearly so; scales and zero points of groups take up to {:.0f} % of it, and a model that is stored in 16 bits gets half as much smaller.</source>
        <translation>Gegen float32 und mit einer Skala pro Tensor oder Kanal ist es fast so; Skalen und Nullpunkte von Gruppen nehmen bis zu {:.0Lf} % davon, und ein Modell, das in 16 Bit gespeichert ist, wird nur halb so viel kleiner.</translation>
    </message>
    <message>
        <source>int4 with {} is {:.2f} times smaller than float32, not 8.</source>
        <translation>int4 mit {} ist {:.2Lf}-mal kleiner als float32, nicht 8-mal.</translation>
    </message>
    <message>
        <source>All stored bits, scales and zero points included (16 bits a scale for groups, 32 otherwise), of a matrix of 512 x 512 and of the whole sample, whose norms stay as they are.</source>
        <translation>Alle gespeicherten Bits einschließlich Skalen und Nullpunkten (16 Bit pro Skala bei Gruppen, sonst 32), einer Matrix von 512 × 512 und des ganzen Beispielmodells, dessen Normen bleiben, wie sie sind.</translation>
    </message>
    <message>
        <source>68 % is a choice, no limit: from float32, INT8 alone takes {:.1f} % off and INT4 {:.1f} %, so 68 % leaves part of the model as it is; from 16 bits INT8 takes {:.1f} % off and 68 % needs a mixture with INT4.</source>
        <translation>68 % ist eine Wahl, keine Grenze: Von float32 nimmt INT8 allein {:.1Lf} % weg und INT4 {:.1Lf} %, bei 68 % bleibt also ein Teil des Modells, wie er ist; von 16 Bit nimmt INT8 {:.1Lf} % weg, und 68 % brauchen eine Mischung mit INT4.</translation>
    </message>
    <message>
        <source>The {} from 16 bits to INT8: {:.1f} % smaller, not 68 %.</source>
        <translation>{} von 16 Bit auf INT8: {:.1Lf} % kleiner, nicht 68 %.</translation>
    </message>
    <message>
        <source>Bytes of the whole model with scales, in INT8, in INT4 (groups of 64), and of the proven best mixtures of two formats that are 68 % smaller, from float32 and from 16 bits a weight.</source>
        <translation>Bytes des ganzen Modells mit Skalen, in INT8, in INT4 (Gruppen von 64) und in den bewiesen besten Mischungen zweier Formate, die 68 % kleiner sind, ausgehend von float32 und von 16 Bit pro Gewicht.</translation>
    </message>
    <message>
        <source>gaussian</source>
        <translation>normalverteilt</translation>
    </message>
    <message>
        <source>laplace</source>
        <translation>Laplace</translation>
    </message>
    <message>
        <source>student</source>
        <translation>Student</translation>
    </message>
    <message>
        <source>uniform</source>
        <translation>gleichverteilt</translation>
    </message>
    <message>
        <source>half_normal</source>
        <translation>halbnormal</translation>
    </message>
    <message>
        <source>relu</source>
        <translation>ReLU</translation>
    </message>
    <message>
        <source>sample</source>
        <translation>Beispielmodell</translation>
    </message>
    <message>
        <source>min-max</source>
        <translation>min-max</translation>
    </message>
    <message>
        <source>least error</source>
        <translation>kleinster Fehler</translation>
    </message>
    <message>
        <source>one scale a tensor</source>
        <translation>einer Skala pro Tensor</translation>
    </message>
    <message>
        <source>one a channel</source>
        <translation>einer pro Kanal</translation>
    </message>
    <message>
        <source>one a group of 128</source>
        <translation>einer pro Gruppe von 128</translation>
    </message>
    <message>
        <source>one a group of 64</source>
        <translation>einer pro Gruppe von 64</translation>
    </message>
    <message>
        <source>one a group of 32</source>
        <translation>einer pro Gruppe von 32</translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation>asymmetrisch</translation>
    </message>
    <message>
        <source>int2 to int8</source>
        <translation>int2 bis int8</translation>
    </message>
    <message>
        <source>by role</source>
        <translation>nach Rolle</translation>
    </message>
    <message>
        <source>int2, int4 and int8</source>
        <translation>int2, int4 und int8</translation>
    </message>
    <message>
        <source>ends at 8 bits</source>
        <translation>Enden mit 8 Bit</translation>
    </message>
    <message>
        <source>fused layers alike</source>
        <translation>verbundene Schichten gleich</translation>
    </message>
    <message>
        <source>spirals</source>
        <translation>Spiralen</translation>
    </message>
    <message>
        <source>moons</source>
        <translation>Monde</translation>
    </message>
    <message>
        <source>waves</source>
        <translation>Wellen</translation>
    </message>
    <message>
        <source>equal layers</source>
        <translation>gleiche Schichten</translation>
    </message>
    <message>
        <source>trained networks</source>
        <translation>trainierte Netze</translation>
    </message>
    <message>
        <source>Textbooks and reviews: Elaraby 2025, Ashraf 2025, Arnous 2025</source>
        <translation>Lehrbücher und Übersichten: Elaraby 2025, Ashraf 2025, Arnous 2025</translation>
    </message>
</context>
<context>
    <name>Devices</name>
    <message>
        <source>Desktop, two channels of DDR5-5600</source>
        <translation>PC, zwei Kanäle DDR5-5600</translation>
    </message>
    <message>
        <source>Desktop, two channels of DDR4-3200</source>
        <translation>PC, zwei Kanäle DDR4-3200</translation>
    </message>
    <message>
        <source>Phone, 8 GB of LPDDR5X-8533</source>
        <translation>Telefon, 8 GB LPDDR5X-8533</translation>
    </message>
    <message>
        <source>Watch, 2 GB of LPDDR4X-4266</source>
        <translation>Uhr, 2 GB LPDDR4X-4266</translation>
    </message>
</context>
<context>
    <name>FloatBits</name>
    <message>
        <source>The neighbours in %1</source>
        <translation>Die Nachbarn in %1</translation>
    </message>
    <message>
        <source>value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>distance from %1</source>
        <translation>Abstand von %1</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>What each format reaches</source>
        <translation>Was jedes Format erreicht</translation>
    </message>
    <message>
        <source>magnitude</source>
        <translation>Betrag</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>normal</translation>
    </message>
    <message>
        <source>subnormal</source>
        <translation>subnormal</translation>
    </message>
    <message>
        <source>%1 digits</source>
        <translation>%1 Stellen</translation>
    </message>
    <message>
        <source>Magnitude</source>
        <translation>Betrag</translation>
    </message>
</context>
<context>
    <name>LessonTensor</name>
    <message>
        <source>Gaussian</source>
        <translation>Gauß</translation>
    </message>
    <message>
        <source>Laplace</source>
        <translation>Laplace</translation>
    </message>
    <message>
        <source>Student&apos;s t</source>
        <translation>Students t</translation>
    </message>
    <message>
        <source>uniform</source>
        <translation>gleichmäßig</translation>
    </message>
    <message>
        <source>half normal</source>
        <translation>halbnormal</translation>
    </message>
    <message>
        <source>after a ReLU</source>
        <translation>nach einer ReLU</translation>
    </message>
</context>
<context>
    <name>Stage</name>
    <message>
        <source>value of a weight</source>
        <translation>Wert eines Gewichts</translation>
    </message>
    <message>
        <source>%1 · %2 weights</source>
        <translation>%1 · %2 Gewichte</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>&amp;Data</source>
        <translation>&amp;Daten</translation>
    </message>
</context>
<context>
    <name>halfstep::BitField</name>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Bit %1, %2: %3</source>
        <translation>Bit %1, %2: %3</translation>
    </message>
</context>
<context>
    <name>halfstep::BitStrip</name>
    <message>
        <source>in</source>
        <translation>Anfang</translation>
    </message>
    <message>
        <source>out</source>
        <translation>Ende</translation>
    </message>
    <message>
        <source>embeddings, head</source>
        <translation>Einbettung, Ausgabe</translation>
    </message>
</context>
<context>
    <name>halfstep::BitsNoiseStage</name>
    <message>
        <source>&amp;Bits</source>
        <translation>&amp;Bits</translation>
    </message>
    <message>
        <source>&amp;Largest weight</source>
        <translation>&amp;Größtes Gewicht</translation>
    </message>
    <message>
        <source>Largest weight</source>
        <translation>Größtes Gewicht</translation>
    </message>
    <message>
        <source>largest weight: %1</source>
        <translation>größtes Gewicht: %1</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>SQNR, dB</source>
        <translation>SQNR, dB</translation>
    </message>
    <message>
        <source>6.02·b: uniform data</source>
        <translation>6,02·b: Gleichverteilung</translation>
    </message>
    <message>
        <source>6.02·b + c: these data</source>
        <translation>6,02·b + c: diese Daten</translation>
    </message>
    <message>
        <source>measured, range mse</source>
        <translation>gemessen, Bereich mse</translation>
    </message>
    <message>
        <source>measured, minmax</source>
        <translation>gemessen, minmax</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>%1 bits: %2</source>
        <translation>%1 Bit: %2</translation>
    </message>
    <message>
        <source>All weights of this layer are 0.</source>
        <translation>Alle Gewichte dieser Schicht sind 0.</translation>
    </message>
    <message>
        <source>%1 values</source>
        <translation>%1 Werte</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>the line says</source>
        <translation>sagt die Gerade</translation>
    </message>
    <message>
        <source>one bit more</source>
        <translation>ein Bit mehr</translation>
    </message>
    <message>
        <source>with range mse</source>
        <translation>mit Bereich mse</translation>
    </message>
    <message>
        <source>largest ÷ rms</source>
        <translation>größtes ÷ Effektivwert</translation>
    </message>
    <message>
        <source>c = 4.77 − 20 · log&lt;sub&gt;10&lt;/sub&gt;(%1) = %2 dB&lt;br&gt;6.02 · %3 + (%2) = %4, measured: %5</source>
        <translation>c = 4,77 − 20 · log&lt;sub&gt;10&lt;/sub&gt;(%1) = %2 dB&lt;br&gt;6,02 · %3 + (%2) = %4, gemessen: %5</translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetPlanner</name>
    <message>
        <source>Reading sensitivities</source>
        <translation>Empfindlichkeiten werden gelesen</translation>
    </message>
    <message numerus="yes">
        <source>Measuring %n candidate(s) on every layer</source>
        <translation>
            <numerusform>%n Kandidat wird auf jeder Schicht gemessen</numerusform>
            <numerusform>%n Kandidaten werden auf jeder Schicht gemessen</numerusform>
        </translation>
    </message>
    <message>
        <source>Proving the plan</source>
        <translation>Der Plan wird bewiesen</translation>
    </message>
    <message>
        <source>the best plan for %1 bits a weight</source>
        <translation>der beste Plan für %1 Bit pro Gewicht</translation>
    </message>
    <message>
        <source>its lock</source>
        <translation>seine Sperre</translation>
    </message>
    <message>
        <source>No plan fits into %1 bits a weight: the smallest takes %2, and the model then %3. Raise the budget, or add candidates of fewer bits.</source>
        <translation>Kein Plan passt in %1 Bit pro Gewicht: Der kleinste braucht %2, das Modell dann %3. Erhöhen Sie das Budget oder nehmen Sie Kandidaten mit weniger Bits hinzu.</translation>
    </message>
    <message>
        <source>No candidate gives &apos;%1&apos; the %2 bits a weight of protected ends. Add one of more bits, such as int8 or keep.</source>
        <translation>Kein Kandidat gibt „%1“ die %2 Bit pro Gewicht geschützter Enden. Nehmen Sie einen mit mehr Bits hinzu, etwa int8 oder keep.</translation>
    </message>
    <message>
        <source>&apos;%1&apos; and &apos;%2&apos; share a scheme, but are locked to %3 and %4. Unlock one of them.</source>
        <translation>„%1“ und „%2“ teilen sich ein Schema, sind aber auf %3 und %4 festgelegt. Geben Sie eine davon frei.</translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetPlot</name>
    <message>
        <source>%1 bits</source>
        <translation>%1 Bit</translation>
    </message>
    <message>
        <source>gap %1</source>
        <translation>Lücke %1</translation>
    </message>
    <message>
        <source>best plan for each size</source>
        <translation>bester Plan für jede Größe</translation>
    </message>
    <message>
        <source>one scheme for all</source>
        <translation>ein Schema für alle</translation>
    </message>
    <message>
        <source>the plan</source>
        <translation>der Plan</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source>Open a model to find its best plan for a size.</source>
        <translation>Öffnen Sie ein Modell, um den besten Plan für eine Größe zu finden.</translation>
    </message>
    <message>
        <source>Budget %1 bits a weight.</source>
        <translation>Budget %1 Bit pro Gewicht.</translation>
    </message>
    <message>
        <source>Least error %1 at %2.</source>
        <translation>Kleinster Fehler %1 bei %2.</translation>
    </message>
    <message>
        <source>Σ sensitivity · relative error²</source>
        <translation>Σ Empfindlichkeit · relativer Fehler²</translation>
    </message>
    <message>
        <source>bits a weight</source>
        <translation>Bits pro Gewicht</translation>
    </message>
    <message>
        <source>Bits a weight by depth and role</source>
        <translation>Bits pro Gewicht nach Tiefe und Rolle</translation>
    </message>
    <message>
        <source>Bits a weight by depth and role: %1</source>
        <translation>Bits pro Gewicht nach Tiefe und Rolle: %1</translation>
    </message>
    <message numerus="yes">
        <source>%n got more bits</source>
        <translation>
            <numerusform>%n bekam mehr Bits</numerusform>
            <numerusform>%n bekamen mehr Bits</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n got fewer</source>
        <translation>
            <numerusform>%n bekam weniger</numerusform>
            <numerusform>%n bekamen weniger</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n changed</source>
        <translation>
            <numerusform>%n ist anders</numerusform>
            <numerusform>%n sind anders</numerusform>
        </translation>
    </message>
    <message>
        <source>block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>Relative error accumulated through the depth, Π(1 + ε) − 1; dashed: before</source>
        <translation>Relativer Fehler durch die Tiefe angesammelt, Π(1 + ε) − 1; gestrichelt: vorher</translation>
    </message>
    <message>
        <source>Relative error accumulated through the depth, Π(1 + ε) − 1</source>
        <translation>Relativer Fehler durch die Tiefe angesammelt, Π(1 + ε) − 1</translation>
    </message>
    <message numerus="yes">
        <source>%n tensors</source>
        <translation>
            <numerusform>%n Tensor</numerusform>
            <numerusform>%n Tensoren</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Lock %1 at its scheme</source>
        <translation>%1 auf sein Schema &amp;sperren</translation>
    </message>
    <message>
        <source>Un&amp;lock %1</source>
        <translation>%1 ent&amp;sperren</translation>
    </message>
    <message>
        <source>%1 bits a weight, %2</source>
        <translation>%1 Bit pro Gewicht, %2</translation>
    </message>
    <message>
        <source>error %1</source>
        <translation>Fehler %1</translation>
    </message>
    <message>
        <source>%1 times the best</source>
        <translation>das %1-Fache des besten</translation>
    </message>
    <message>
        <source>No plan is as small as this.</source>
        <translation>Kein Plan ist so klein.</translation>
    </message>
    <message>
        <source>Best plan of %1 bits a weight</source>
        <translation>Bester Plan mit %1 Bit pro Gewicht</translation>
    </message>
    <message>
        <source>%1, error %2</source>
        <translation>%1, Fehler %2</translation>
    </message>
    <message>
        <source>%1: %2 bits</source>
        <translation>%1: %2 Bit</translation>
    </message>
    <message>
        <source>, relative error %1</source>
        <translation>, relativer Fehler %1</translation>
    </message>
    <message>
        <source>before: %1, %2 bits</source>
        <translation>vorher: %1, %2 Bit</translation>
    </message>
    <message>
        <source>locked</source>
        <translation>gesperrt</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiterer</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>Σ error²</source>
        <translation>Σ Fehler²</translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetStrip</name>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>Bits per weight</source>
        <translation>Bits pro Gewicht</translation>
    </message>
    <message>
        <source>Average over all tensors, kept ones too</source>
        <translation>Durchschnitt über alle Tensoren, auch die unveränderten</translation>
    </message>
    <message>
        <source>Mean relative error</source>
        <translation>Mittlerer relativer Fehler</translation>
    </message>
    <message>
        <source>Mean over the quantized tensors that are measured</source>
        <translation>Mittel über die quantisierten Tensoren, die gemessen sind</translation>
    </message>
    <message>
        <source>%1 → %2  (%3%4 %)</source>
        <comment>size before, size after, sign, change in percent</comment>
        <translation>%1 → %2  (%3%4 %)</translation>
    </message>
    <message>
        <source>%1 → %2 bytes</source>
        <translation>%1 → %2 Bytes</translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n layer(s) measured</source>
        <translation>
            <numerusform>%1 von %n Schicht gemessen</numerusform>
            <numerusform>%1 von %n Schichten gemessen</numerusform>
        </translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>Wiederholen</translation>
    </message>
    <message>
        <source>Undo: %1</source>
        <translation>Rückgängig: %1</translation>
    </message>
    <message>
        <source>Redo: %1</source>
        <translation>Wiederholen: %1</translation>
    </message>
</context>
<context>
    <name>halfstep::BudgetView</name>
    <message numerus="yes">
        <source>lock %n layer(s)</source>
        <translation>
            <numerusform>%n Schicht sperren</numerusform>
            <numerusform>%n Schichten sperren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>unlock %n layer(s)</source>
        <translation>
            <numerusform>%n Schicht entsperren</numerusform>
            <numerusform>%n Schichten entsperren</numerusform>
        </translation>
    </message>
    <message>
        <source>one scheme that fits</source>
        <translation>ein Schema, das passt</translation>
    </message>
    <message>
        <source>closed form</source>
        <translation>geschlossene Form</translation>
    </message>
    <message>
        <source>greedy</source>
        <translation>gierig</translation>
    </message>
    <message>
        <source>Measuring the candidates: %1 %</source>
        <translation>Die Kandidaten werden gemessen: %1 %</translation>
    </message>
    <message>
        <source>best: error %1, proven</source>
        <translation>Bester: Fehler %1, bewiesen</translation>
    </message>
    <message>
        <source>best so far: error %1, at most %2 above the least</source>
        <translation>Bisher bester: Fehler %1, höchstens %2 über dem kleinsten</translation>
    </message>
    <message>
        <source>closed form %1</source>
        <translation>geschlossene Form %1</translation>
    </message>
    <message>
        <source>greedy %1</source>
        <translation>gierig %1</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>fits: %1</source>
        <translation>passt: %1</translation>
    </message>
    <message>
        <source>does not fit: %1</source>
        <translation>passt nicht: %1</translation>
    </message>
    <message>
        <source>estimate: %1 tokens/s</source>
        <translation>Schätzung: %1 Tokens/s</translation>
    </message>
    <message>
        <source>compute ×%1</source>
        <translation>Rechenaufwand ×%1</translation>
    </message>
    <message>
        <source>Every layer counts the same</source>
        <translation>Jede Schicht zählt gleich</translation>
    </message>
    <message>
        <source>By role</source>
        <translation>Nach Rolle</translation>
    </message>
    <message>
        <source>From a file…</source>
        <translation>Aus einer Datei …</translation>
    </message>
    <message>
        <source>From %1</source>
        <translation>Aus %1</translation>
    </message>
    <message>
        <source>B&amp;udget</source>
        <translation>B&amp;udget</translation>
    </message>
    <message>
        <source>Mean over all weights that a scheme is chosen for</source>
        <translation>Mittel über alle Gewichte, für die ein Schema gewählt wird</translation>
    </message>
    <message>
        <source>Use best plan</source>
        <translation>Besten Plan nehmen</translation>
    </message>
    <message>
        <source>Gives every layer the scheme that the best plan for this budget has for it</source>
        <translation>Gibt jeder Schicht das Schema, das der beste Plan für dieses Budget für sie hat</translation>
    </message>
    <message>
        <source>&amp;Candidates</source>
        <translation>Kandidate&amp;n</translation>
    </message>
    <message>
        <source>How much a layer&apos;s squared relative error counts</source>
        <translation>Wie viel der quadrierte relative Fehler einer Schicht zählt</translation>
    </message>
    <message>
        <source>Protect ends</source>
        <translation>Enden schützen</translation>
    </message>
    <message>
        <source>Embeddings, output head, first and last block get at least 8 bits a weight</source>
        <translation>Einbettungen, Ausgabeschicht, erster und letzter Block bekommen mindestens 8 Bit pro Gewicht</translation>
    </message>
    <message>
        <source>Tie fused</source>
        <translation>Gekoppelt</translation>
    </message>
    <message>
        <source>Queries, keys and values of a block share a scheme, and so do gate and up: runtimes that fuse them need it</source>
        <translation>Queries, Keys und Values eines Blocks teilen ein Schema, ebenso Gate und Up: Laufzeiten, die sie verschmelzen, brauchen es</translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation>Ge&amp;rät</translation>
    </message>
    <message>
        <source>Edit the table of devices</source>
        <translation>Die Tabelle der Geräte bearbeiten</translation>
    </message>
    <message>
        <source>Weights alone, without caches and activations. Compute: bit operations of the matrix products, of 16 times 16 bits. Tokens per second: bandwidth over the bytes that a token reads, an upper bound in practice.</source>
        <translation>Nur Gewichte, ohne Caches und Aktivierungen. Rechenaufwand: Bitoperationen der Matrixprodukte, gemessen an 16 mal 16 Bit. Tokens pro Sekunde: Bandbreite durch die Bytes, die ein Token liest, in der Praxis eine Obergrenze.</translation>
    </message>
    <message>
        <source>Budget</source>
        <translation>Budget</translation>
    </message>
    <message>
        <source> bits</source>
        <translation> Bit</translation>
    </message>
    <message>
        <source>The same as the size of the whole model, with everything that is kept</source>
        <translation>Dasselbe als Größe des ganzen Modells, mit allem, was bleibt</translation>
    </message>
    <message>
        <source>Budget as a size</source>
        <translation>Budget als Größe</translation>
    </message>
    <message>
        <source>%1
Proven among plans whose schemes go together in %2, with one scheme for all layers that share a setting there</source>
        <translation>%1
Bewiesen unter Plänen, deren Schemata in %2 zusammenpassen, mit einem Schema für alle Schichten, die sich dort eine Einstellung teilen</translation>
    </message>
    <message>
        <source>best within the settings of %1: error %2, proven</source>
        <translation>bester mit den Einstellungen von %1: Fehler %2, bewiesen</translation>
    </message>
    <message>
        <source>Sensi&amp;tivity</source>
        <translation>Em&amp;pfindlichkeit</translation>
    </message>
</context>
<context>
    <name>halfstep::CalibrationStage</name>
    <message>
        <source>Activation &amp;bits</source>
        <translation>Aktivierungs-&amp;Bits</translation>
    </message>
    <message>
        <source>&amp;Examples</source>
        <translation>B&amp;eispiele</translation>
    </message>
    <message>
        <source>Without the &amp;loudest</source>
        <translation>Ohne die &amp;lautesten</translation>
    </message>
    <message>
        <source>Limits of what enters each layer</source>
        <translation>Grenzen dessen, was in jede Schicht geht</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>activation</source>
        <translation>Aktivierung</translation>
    </message>
    <message>
        <source>met later</source>
        <translation>später angetroffen</translation>
    </message>
    <message>
        <source>seen while calibrating</source>
        <translation>beim Kalibrieren gesehen</translation>
    </message>
    <message>
        <source>Error of the outputs</source>
        <translation>Fehler der Ausgaben</translation>
    </message>
    <message>
        <source>examples to calibrate with</source>
        <translation>Beispiele zum Kalibrieren</translation>
    </message>
    <message>
        <source>static</source>
        <translation>statisch</translation>
    </message>
    <message>
        <source>dynamic</source>
        <translation>dynamisch</translation>
    </message>
    <message>
        <source>Examples</source>
        <translation>Beispiele</translation>
    </message>
    <message>
        <source>A network of 8, 32, 32 and 8 neurons, %1 inputs</source>
        <translation>Ein Netz aus 8, 32, 32 und 8 Neuronen, Eingaben: %1</translation>
    </message>
    <message>
        <source>error, static</source>
        <translation>Fehler, statisch</translation>
    </message>
    <message>
        <source>error, dynamic</source>
        <translation>Fehler, dynamisch</translation>
    </message>
    <message>
        <source>answers that change</source>
        <translation>geänderte Antworten</translation>
    </message>
    <message>
        <source>range seen</source>
        <translation>gesehener Bereich</translation>
    </message>
</context>
<context>
    <name>halfstep::CandidatePicker</name>
    <message>
        <source>Schemes to choose from, in their notation, separated by spaces</source>
        <translation>Schemata zur Auswahl, in ihrer Schreibweise, durch Leerzeichen getrennt</translation>
    </message>
    <message>
        <source>The plan is one that this export target can hold, layer by layer and as a whole</source>
        <translation>Der Plan ist einer, den dieses Exportziel aufnehmen kann, Schicht für Schicht und als Ganzes</translation>
    </message>
    <message>
        <source>for any target</source>
        <translation>für jedes Ziel</translation>
    </message>
    <message>
        <source>for %1</source>
        <translation>für %1</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>Kandidaten</translation>
    </message>
    <message>
        <source>Export target</source>
        <translation>Exportziel</translation>
    </message>
</context>
<context>
    <name>halfstep::CandidateSets</name>
    <message>
        <source>Integers, groups of 64</source>
        <translation>Ganzzahlen, Gruppen von 64</translation>
    </message>
    <message>
        <source>Integers, a scale for each row</source>
        <translation>Ganzzahlen, eine Skala pro Zeile</translation>
    </message>
    <message>
        <source>llama.cpp: K-quants</source>
        <translation>llama.cpp: K-Quants</translation>
    </message>
    <message>
        <source>llama.cpp: blocks of 32</source>
        <translation>llama.cpp: Blöcke von 32</translation>
    </message>
    <message>
        <source>Small floats: NVFP4, MX, FP8</source>
        <translation>Kleine Gleitkommazahlen: NVFP4, MX, FP8</translation>
    </message>
</context>
<context>
    <name>halfstep::ChannelPlot</name>
    <message>
        <source>In order</source>
        <translation>Der Reihe nach</translation>
    </message>
    <message>
        <source>Widest first</source>
        <translation>Breiteste zuerst</translation>
    </message>
    <message>
        <source>Order of the channels</source>
        <translation>Reihenfolge der Kanäle</translation>
    </message>
    <message>
        <source>Largest weight</source>
        <translation>Größtes Gewicht</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>Was die Karte zeigt</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>outliers</source>
        <translation>Ausreißer</translation>
    </message>
    <message>
        <source>input</source>
        <translation>Eingang</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>channel, widest first</source>
        <translation>Kanal, breiteste zuerst</translation>
    </message>
    <message>
        <source>channel (above: widest first; the map stays in order)</source>
        <translation>Kanal (oben: breiteste zuerst; die Karte bleibt der Reihe nach)</translation>
    </message>
    <message>
        <source>largest |weight|</source>
        <translation>größtes |Gewicht|</translation>
    </message>
    <message>
        <source>rms error</source>
        <translation>RMS-Fehler</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
    <message>
        <source>Choose a tensor to see how its channels differ.</source>
        <translation>Einen Tensor wählen, um zu sehen, wie sich seine Kanäle unterscheiden.</translation>
    </message>
    <message>
        <source>%1 channels, %2 outliers beyond six standard deviations.</source>
        <translation>%1 Kanäle, %2 Ausreißer jenseits von sechs Standardabweichungen.</translation>
    </message>
    <message>
        <source>no weight beyond six standard deviations</source>
        <translation>kein Gewicht jenseits von sechs Standardabweichungen</translation>
    </message>
    <message>
        <source>min to max</source>
        <translation>Min.–Max.</translation>
    </message>
    <message>
        <source>± rms</source>
        <translation>± RMS</translation>
    </message>
    <message>
        <source>&gt; 6 σ</source>
        <translation>&gt; 6 σ</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>Kanal %1</translation>
    </message>
    <message>
        <source>%1 to %2</source>
        <translation>%1 bis %2</translation>
    </message>
    <message>
        <source>rms %1</source>
        <translation>RMS %1</translation>
    </message>
    <message>
        <source>%1 beyond 6 σ</source>
        <translation>%1 jenseits von 6 σ</translation>
    </message>
    <message>
        <source>SQNR %1 dB</source>
        <translation>SQNR %1 dB</translation>
    </message>
    <message>
        <source>inputs %1 to %2</source>
        <translation>Eingänge %1 bis %2</translation>
    </message>
    <message>
        <source>largest |weight| %1</source>
        <translation>größtes |Gewicht| %1</translation>
    </message>
    <message>
        <source>rms error %1</source>
        <translation>RMS-Fehler %1</translation>
    </message>
    <message>
        <source>importance</source>
        <translation>Wichtigkeit</translation>
    </message>
    <message>
        <source>importance of input %1: %2</source>
        <translation>Wichtigkeit von Eingang %1: %2</translation>
    </message>
</context>
<context>
    <name>halfstep::ChannelsView</name>
    <message>
        <source>Ranges of the channels of %1</source>
        <translation>Wertebereiche der Kanäle von %1</translation>
    </message>
    <message>
        <source>Channels</source>
        <translation>Kanäle</translation>
    </message>
</context>
<context>
    <name>halfstep::ClaimsPage</name>
    <message>
        <source>Measuring claims</source>
        <translation>Behauptungen werden gemessen</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>The case in which it fails</source>
        <translation>Der Fall, in dem sie nicht gilt</translation>
    </message>
    <message>
        <source>How it is measured</source>
        <translation>Wie gemessen wird</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>S&amp;topp</translation>
    </message>
    <message>
        <source>&amp;Measure again</source>
        <translation>Erneut &amp;messen</translation>
    </message>
    <message>
        <source>&amp;Measure them</source>
        <translation>&amp;Messen</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>half a minute</source>
        <translation>eine halbe Minute</translation>
    </message>
    <message>
        <source>%1 hold, %2 within limits, %3 do not</source>
        <translation>%1 gelten, %2 in Grenzen, %3 nicht</translation>
    </message>
    <message>
        <source>The claims, measured</source>
        <translation>Die Behauptungen, gemessen</translation>
    </message>
    <message>
        <source>What textbooks and papers say about quantization, one by one, computed by the engine on random weights, on the bundled model and on networks trained for it. The command halfstep-cli claims prints the same, and more about very large models.</source>
        <translation>Was Lehrbücher und Aufsätze über Quantisierung sagen, eines nach dem anderen vom Rechenkern geprüft: an Zufallsgewichten, am mitgelieferten Modell und an eigens trainierten Netzen. Der Befehl halfstep-cli claims gibt dasselbe aus und mehr über sehr große Modelle.</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Claim</source>
        <translation>Behauptung</translation>
    </message>
    <message>
        <source>Claims</source>
        <translation>Behauptungen</translation>
    </message>
</context>
<context>
    <name>halfstep::ClippingStage</name>
    <message>
        <source>&amp;Bits</source>
        <translation>&amp;Bits</translation>
    </message>
    <message>
        <source>&amp;Limit</source>
        <translation>&amp;Grenze</translation>
    </message>
    <message>
        <source>Clip limit</source>
        <translation>Grenze</translation>
    </message>
    <message>
        <source>limit, % of the largest weight</source>
        <translation>Grenze, % des größten Gewichts</translation>
    </message>
    <message>
        <source>error ÷ energy</source>
        <translation>Fehler ÷ Energie</translation>
    </message>
    <message>
        <source>rounding</source>
        <translation>Runden</translation>
    </message>
    <message>
        <source>clipping</source>
        <translation>Abschneiden</translation>
    </message>
    <message>
        <source>both</source>
        <translation>beides</translation>
    </message>
    <message>
        <source>Clip limit, share</source>
        <translation>Grenze, Anteil</translation>
    </message>
    <message>
        <source>All weights of this layer are 0.</source>
        <translation>Alle Gewichte dieser Schicht sind 0.</translation>
    </message>
    <message>
        <source>rounding error</source>
        <translation>Rundungsfehler</translation>
    </message>
    <message>
        <source>clipping error</source>
        <translation>Abschneidefehler</translation>
    </message>
    <message>
        <source>signal to noise</source>
        <translation>Rauschabstand</translation>
    </message>
    <message>
        <source>weights clipped</source>
        <translation>abgeschnittene Gewichte</translation>
    </message>
    <message>
        <source>With your limit: %1 + %2 = %3</source>
        <translation>Mit Ihrer Grenze: %1 + %2 = %3</translation>
    </message>
</context>
<context>
    <name>halfstep::ComparePlot</name>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Choose schemes to compare them on this tensor.</source>
        <translation>Schemata wählen, um sie an diesem Tensor zu vergleichen.</translation>
    </message>
    <message>
        <source>%1: %2 bits, SQNR %3 dB</source>
        <translation>%1: %2 Bit, SQNR %3 dB</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>exakt</translation>
    </message>
    <message>
        <source>%1: not applicable</source>
        <translation>%1: nicht anwendbar</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>per weight</source>
        <translation>pro Gewicht</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>max error</source>
        <translation>max. Fehler</translation>
    </message>
    <message>
        <source>cosine</source>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>clipped</source>
        <translation>beschnitten</translation>
    </message>
    <message>
        <source>of the weights</source>
        <translation>Anteil</translation>
    </message>
    <message>
        <source>few bits</source>
        <translation>wenige Bits</translation>
    </message>
    <message>
        <source>small
max error</source>
        <translation>kleiner
Max.-Fehler</translation>
    </message>
    <message>
        <source>little
clipping</source>
        <translation>wenig
beschnitten</translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weiteres</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Outside is best, among the schemes shown.</source>
        <translation>Außen ist am besten.</translation>
    </message>
    <message>
        <source>%1 of %2: click a row to bring it in.</source>
        <translation>%1 von %2: Zeile anklicken.</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>relative error: %1</source>
        <translation>relativer Fehler: %1</translation>
    </message>
    <message>
        <source>of any weight</source>
        <translation>je Gewicht</translation>
    </message>
    <message>
        <source>in dB</source>
        <translation>in dB</translation>
    </message>
    <message>
        <source>bar: 1 − cos</source>
        <translation>1 − cos</translation>
    </message>
</context>
<context>
    <name>halfstep::CompareView</name>
    <message>
        <source>Schemes to compare, separated by spaces</source>
        <translation>Schemata zum Vergleich, durch Leerzeichen getrennt</translation>
    </message>
    <message>
        <source>Schemes to compare, in their notation, separated by spaces. Empty: the usual set.</source>
        <translation>Schemata zum Vergleich in ihrer Notation, durch Leerzeichen getrennt. Leer: die übliche Auswahl.</translation>
    </message>
    <message>
        <source>Schemes to compare</source>
        <translation>Schemata zum Vergleich</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>S&amp;chemes</source>
        <translation>&amp;Schemata</translation>
    </message>
</context>
<context>
    <name>halfstep::ComparisonDialog</name>
    <message>
        <source>%1, compared with %2</source>
        <translation>%1, verglichen mit %2</translation>
    </message>
    <message numerus="yes">
        <source>%n tensor(s) compared</source>
        <translation>
            <numerusform>%n Tensor verglichen</numerusform>
            <numerusform>%n Tensoren verglichen</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 bits per weight</source>
        <translation>%1 Bit pro Gewicht</translation>
    </message>
    <message>
        <source>relative error %1</source>
        <translation>relativer Fehler %1</translation>
    </message>
    <message>
        <source>SQNR %1</source>
        <translation>SQNR %1</translation>
    </message>
    <message>
        <source>Comparison with the original</source>
        <translation>Vergleich mit dem Original</translation>
    </message>
    <message>
        <source>Export as &amp;CSV…</source>
        <translation>Als &amp;CSV exportieren…</translation>
    </message>
    <message>
        <source>Clo&amp;se</source>
        <translation>S&amp;chließen</translation>
    </message>
    <message>
        <source>Compared tensors</source>
        <translation>Verglichene Tensoren</translation>
    </message>
</context>
<context>
    <name>halfstep::ComparisonTableModel</name>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Type</source>
        <comment>data type as stored</comment>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Original</source>
        <comment>data type in the original</comment>
        <translation>Original</translation>
    </message>
    <message>
        <source>Bits</source>
        <comment>bits per weight</comment>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Size</source>
        <comment>in bytes</comment>
        <translation>Größe</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Rel. error</source>
        <comment>relative error</comment>
        <translation>Rel. Fehler</translation>
    </message>
    <message>
        <source>Max. error</source>
        <comment>largest absolute error</comment>
        <translation>Max. Fehler</translation>
    </message>
    <message>
        <source>Cosine</source>
        <comment>similarity</comment>
        <translation>Kosinus</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Data type in the open model</source>
        <translation>Datentyp im geöffneten Modell</translation>
    </message>
    <message>
        <source>Data type in the original</source>
        <translation>Datentyp im Original</translation>
    </message>
    <message>
        <source>Bits per weight in the open model</source>
        <translation>Bits pro Gewicht im geöffneten Modell</translation>
    </message>
    <message>
        <source>Size in the open model</source>
        <translation>Größe im geöffneten Modell</translation>
    </message>
    <message>
        <source>Signal to quantization noise ratio: higher is better</source>
        <translation>Abstand zwischen Signal und Quantisierungsrauschen: je größer, desto besser</translation>
    </message>
    <message>
        <source>Relative error: length of the difference over length of the original</source>
        <translation>Relativer Fehler: Länge des Unterschieds durch Länge des Originals</translation>
    </message>
    <message>
        <source>Largest difference of one weight</source>
        <translation>Größter Unterschied eines Gewichts</translation>
    </message>
    <message>
        <source>Cosine of the angle between the two tensors: 1 where they point the same way</source>
        <translation>Kosinus des Winkels zwischen den beiden Tensoren: 1, wo sie in dieselbe Richtung zeigen</translation>
    </message>
    <message>
        <source>%1 of the original</source>
        <translation>%1 des Originals</translation>
    </message>
    <message>
        <source>not in the original</source>
        <translation>nicht im Original</translation>
    </message>
    <message>
        <source>only in the original</source>
        <translation>nur im Original</translation>
    </message>
    <message numerus="yes">
        <source>%n weight(s) NaN or infinite, left out</source>
        <translation>
            <numerusform>%n Gewicht NaN oder unendlich, ausgelassen</numerusform>
            <numerusform>%n Gewichte NaN oder unendlich, ausgelassen</numerusform>
        </translation>
    </message>
    <message>
        <source>rows put in order</source>
        <translation>Zeilen umgeordnet</translation>
    </message>
    <message>
        <source>the same</source>
        <translation>gleich</translation>
    </message>
</context>
<context>
    <name>halfstep::CostStage</name>
    <message>
        <source>&amp;Cloud</source>
        <translation>&amp;Cloud</translation>
    </message>
    <message>
        <source>&amp;Phone</source>
        <translation>&amp;Telefon</translation>
    </message>
    <message>
        <source>&amp;Health care</source>
        <translation>&amp;Medizin</translation>
    </message>
    <message>
        <source>&amp;Wearable</source>
        <translation>Am &amp;Körper</translation>
    </message>
    <message>
        <source>%1M</source>
        <translation>%1 Mio.</translation>
    </message>
    <message>
        <source>%1B</source>
        <translation>%1 Mrd.</translation>
    </message>
    <message>
        <source>&amp;Activations</source>
        <translation>&amp;Aktivierungen</translation>
    </message>
    <message>
        <source> bits</source>
        <translation> Bit</translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation>&amp;Gerät</translation>
    </message>
    <message>
        <source>&amp;Scheme</source>
        <translation>Sche&amp;ma</translation>
    </message>
    <message>
        <source>%1 · %2 bits</source>
        <translation>%1 · %2 Bit</translation>
    </message>
    <message>
        <source>A size, scheme and device that are usual there</source>
        <translation>Größe, Schema und Gerät, wie sie dort üblich sind</translation>
    </message>
    <message>
        <source>none of these devices</source>
        <translation>keines dieser Geräte</translation>
    </message>
    <message>
        <source>Memory of the weights, GB</source>
        <translation>Speicher der Gewichte, GB</translation>
    </message>
    <message>
        <source>weights, billions</source>
        <translation>Gewichte, Milliarden</translation>
    </message>
    <message>
        <source>yours: %1</source>
        <translation>Ihres: %1</translation>
    </message>
    <message>
        <source>Size of the model</source>
        <translation>Größe des Modells</translation>
    </message>
    <message>
        <source>%1: %2</source>
        <translation>%1: %2</translation>
    </message>
    <message>
        <source>Bit operations ÷ those of 16 · 16</source>
        <translation>Bit-Operationen ÷ die von 16 · 16</translation>
    </message>
    <message>
        <source>bits of weight · activation</source>
        <translation>Bits von Gewicht · Aktivierung</translation>
    </message>
    <message>
        <source>yours</source>
        <translation>Ihres</translation>
    </message>
    <message>
        <source>device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Tokens a second: an estimate</source>
        <translation>Token pro Sekunde: eine Schätzung</translation>
    </message>
    <message>
        <source>bits a weight; grey: does not fit</source>
        <translation>Bits pro Gewicht; grau: passt nicht</translation>
    </message>
    <message>
        <source>Bits a weight</source>
        <translation>Bits pro Gewicht</translation>
    </message>
    <message>
        <source>memory of the weights</source>
        <translation>Speicher der Gewichte</translation>
    </message>
    <message>
        <source>of the device&apos;s memory</source>
        <translation>des Gerätespeichers</translation>
    </message>
    <message>
        <source>bit operations</source>
        <translation>Bit-Operationen</translation>
    </message>
    <message>
        <source>as the device computes</source>
        <translation>wie das Gerät rechnet</translation>
    </message>
    <message>
        <source>tokens a second, at most</source>
        <translation>Token pro Sekunde, höchstens</translation>
    </message>
    <message>
        <source>about %1</source>
        <translation>etwa %1</translation>
    </message>
    <message>
        <source>devices that hold it</source>
        <translation>Geräte, auf die es passt</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>%1/s</source>
        <translation>%1/s</translation>
    </message>
    <message>
        <source>%1 weights, %2 bits each</source>
        <translation>%1 Gewichte mit je %2 Bit</translation>
    </message>
    <message>
        <source>%1 · %2 / 8 = %3&lt;br&gt;%4 · %5 / (16 · 16) = %6</source>
        <translation>%1 · %2 / 8 = %3&lt;br&gt;%4 · %5 / (16 · 16) = %6</translation>
    </message>
    <message>
        <source>&lt;br&gt;%1 / %2 = %3 a second</source>
        <translation>&lt;br&gt;%1 / %2 = %3 pro Sekunde</translation>
    </message>
    <message>
        <source>none: it does not fit</source>
        <translation>keine: es passt nicht</translation>
    </message>
</context>
<context>
    <name>halfstep::DepthStage</name>
    <message>
        <source>&amp;Layers</source>
        <translation>&amp;Schichten</translation>
    </message>
    <message>
        <source>&amp;Error of each</source>
        <translation>&amp;Fehler je Schicht</translation>
    </message>
    <message>
        <source>&amp;Scheme</source>
        <translation>Sche&amp;ma</translation>
    </message>
    <message>
        <source>Other &amp;noise</source>
        <translation>Anderes &amp;Rauschen</translation>
    </message>
    <message>
        <source>Relative error of each layer&apos;s weights</source>
        <translation>Relativer Fehler der Gewichte jeder Schicht</translation>
    </message>
    <message>
        <source>layer %1</source>
        <translation>Schicht %1</translation>
    </message>
    <message>
        <source>Error of %1</source>
        <translation>Fehler von %1</translation>
    </message>
    <message>
        <source>Drift of the activations</source>
        <translation>Abweichung der Aktivierungen</translation>
    </message>
    <message>
        <source>measured</source>
        <translation>gemessen</translation>
    </message>
    <message>
        <source>Drift of the output, where one layer alone has its error</source>
        <translation>Abweichung der Ausgabe, wenn nur eine Schicht ihren Fehler hat</translation>
    </message>
    <message>
        <source>The errors of %1 and its neighbours, on a network of %2 layers</source>
        <translation>Die Fehler von %1 und ihren Nachbarn, an einem Netz mit %2 Schichten</translation>
    </message>
    <message>
        <source>%1 layers with ReLU, %2 neurons each</source>
        <translation>%1 Schichten mit ReLU, je %2 Neuronen</translation>
    </message>
    <message>
        <source>drift of the output</source>
        <translation>Abweichung der Ausgabe</translation>
    </message>
    <message>
        <source>Π(1 + ε) − 1</source>
        <translation>Π(1 + ε) − 1</translation>
    </message>
    <message>
        <source>√(Π(1 + ε²) − 1)</source>
        <translation>√(Π(1 + ε²) − 1)</translation>
    </message>
    <message>
        <source>hurts most alone</source>
        <translation>schadet allein am meisten</translation>
    </message>
    <message>
        <source>Π(1 + ε) − 1 = %1, measured: %2</source>
        <translation>Π(1 + ε) − 1 = %1, gemessen: %2</translation>
    </message>
</context>
<context>
    <name>halfstep::DeviceDialog</name>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Memory in GB</source>
        <translation>Speicher in GB</translation>
    </message>
    <message>
        <source>Bandwidth in GB/s</source>
        <translation>Bandbreite in GB/s</translation>
    </message>
    <message>
        <source>Computes (weight x activation bits)</source>
        <translation>Rechnet (Gewichts- x Aktivierungsbits)</translation>
    </message>
    <message>
        <source>&amp;Add</source>
        <translation>&amp;Hinzufügen</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>New device</source>
        <translation>Neues Gerät</translation>
    </message>
    <message>
        <source>A device needs a name.</source>
        <translation>Ein Gerät braucht einen Namen.</translation>
    </message>
    <message>
        <source>Two devices have the name %1.</source>
        <translation>Zwei Geräte heißen %1.</translation>
    </message>
    <message>
        <source>The memory of %1 has to be a number of GB above 0, not &quot;%2&quot;.</source>
        <translation>Der Speicher von %1 muss eine Zahl von GB über 0 sein, nicht „%2“.</translation>
    </message>
    <message>
        <source>The bandwidth of %1 has to be a number of GB/s above 0, not &quot;%2&quot;.</source>
        <translation>Die Bandbreite von %1 muss eine Zahl von GB/s über 0 sein, nicht „%2“.</translation>
    </message>
    <message>
        <source>What %1 computes has to be weight x activation bits like 16x16 8x8, not &quot;%2&quot;.</source>
        <translation>Was %1 rechnet, muss als Gewichts- x Aktivierungsbits angegeben sein, etwa 16x16 8x8, nicht „%2“.</translation>
    </message>
</context>
<context>
    <name>halfstep::DockLayout</name>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Quantization</source>
        <translation>Quantisierung</translation>
    </message>
    <message>
        <source>Issues</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Vorgänge</translation>
    </message>
    <message>
        <source>Inspector</source>
        <translation>Inspektor</translation>
    </message>
</context>
<context>
    <name>halfstep::Document</name>
    <message numerus="yes">
        <source>%n weight(s) are NaN or infinite, the first at element %1. They are left out of every figure, and this tensor cannot be exported.</source>
        <translation>
            <numerusform>%n Gewicht ist NaN oder unendlich, und zwar Element %1. Es bleibt aus allen Zahlen heraus, und dieser Tensor kann nicht exportiert werden.</numerusform>
            <numerusform>%n Gewichte sind NaN oder unendlich, das erste ist Element %1. Sie bleiben aus allen Zahlen heraus, und dieser Tensor kann nicht exportiert werden.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::EnergyStage</name>
    <message>
        <source>&amp;Bits</source>
        <translation>&amp;Bits</translation>
    </message>
    <message>
        <source>R&amp;ange</source>
        <translation>Be&amp;reich</translation>
    </message>
    <message>
        <source>least error</source>
        <translation>kleinster Fehler</translation>
    </message>
    <message>
        <source>widest</source>
        <translation>weitester</translation>
    </message>
    <message>
        <source>&amp;Inputs</source>
        <translation>&amp;Eingaben</translation>
    </message>
    <message>
        <source>uncorrelated</source>
        <translation>unkorreliert</translation>
    </message>
    <message>
        <source>with a mean</source>
        <translation>mit Mittelwert</translation>
    </message>
    <message>
        <source>correlated</source>
        <translation>korreliert</translation>
    </message>
    <message>
        <source>&amp;γ</source>
        <translation>&amp;γ</translation>
    </message>
    <message>
        <source>1: off</source>
        <translation>1: aus</translation>
    </message>
    <message>
        <source>keeps the energy</source>
        <translation>erhält die Energie</translation>
    </message>
    <message>
        <source>by hand</source>
        <translation>von Hand</translation>
    </message>
    <message>
        <source>%1 · %2 outputs of %3 inputs</source>
        <translation>%1 · %2 Ausgaben aus %3 Eingaben</translation>
    </message>
    <message>
        <source>γ</source>
        <translation>γ</translation>
    </message>
    <message>
        <source>÷ energy before</source>
        <translation>÷ Energie vorher</translation>
    </message>
    <message>
        <source>energy</source>
        <translation>Energie</translation>
    </message>
    <message>
        <source>squared error</source>
        <translation>quadratischer Fehler</translation>
    </message>
    <message>
        <source>as before</source>
        <translation>wie vorher</translation>
    </message>
    <message>
        <source>Factor</source>
        <translation>Faktor</translation>
    </message>
    <message>
        <source>γ = %1</source>
        <translation>γ = %1</translation>
    </message>
    <message>
        <source>energy of the weights</source>
        <translation>Energie der Gewichte</translation>
    </message>
    <message>
        <source>error of the weights</source>
        <translation>Fehler der Gewichte</translation>
    </message>
    <message>
        <source>energy of the outputs</source>
        <translation>Energie der Ausgaben</translation>
    </message>
    <message>
        <source>error of the outputs</source>
        <translation>Fehler der Ausgaben</translation>
    </message>
    <message>
        <source>γ = √(1 / %1) = %2&lt;br&gt;least error at %3</source>
        <translation>γ = √(1 / %1) = %2&lt;br&gt;kleinster Fehler bei %3</translation>
    </message>
    <message>
        <source>All weights of this layer are 0.</source>
        <translation>Alle Gewichte dieser Schicht sind 0.</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
</context>
<context>
    <name>halfstep::ErrorPlot</name>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Choose a tensor and a scheme to see where its error comes from.</source>
        <translation>Einen Tensor und ein Schema wählen, um zu sehen, woher der Fehler kommt.</translation>
    </message>
    <message>
        <source>The scheme reproduces every weight exactly.</source>
        <translation>Das Schema gibt jedes Gewicht exakt wieder.</translation>
    </message>
    <message>
        <source>Rounding makes %1 of the squared error, clipping %2.</source>
        <translation>Vom quadratischen Fehler kommen %1 durch Runden, %2 durch Beschneiden.</translation>
    </message>
    <message>
        <source>How large the error is</source>
        <translation>Wie groß der Fehler ist</translation>
    </message>
    <message>
        <source>Error against the weight&apos;s value</source>
        <translation>Fehler über dem Wert des Gewichts</translation>
    </message>
    <message>
        <source>What makes it: share of the squared error</source>
        <translation>Woher er kommt: Anteil am quadratischen Fehler</translation>
    </message>
    <message>
        <source>weights per bin</source>
        <translation>Gewichte pro Klasse</translation>
    </message>
    <message>
        <source>error (quantized − original)</source>
        <translation>Fehler (quantisiert − original)</translation>
    </message>
    <message>
        <source>rms</source>
        <translation>RMS</translation>
    </message>
    <message>
        <source>mean</source>
        <translation>Mittel</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>% per bin</source>
        <translation>% pro Klasse</translation>
    </message>
    <message>
        <source>weight&apos;s value</source>
        <translation>Wert des Gewichts</translation>
    </message>
    <message>
        <source>rms %1</source>
        <translation>RMS %1</translation>
    </message>
    <message>
        <source>No error: every weight is reproduced exactly.</source>
        <translation>Kein Fehler: Jedes Gewicht wird exakt wiedergegeben.</translation>
    </message>
    <message>
        <source>rounding %1</source>
        <translation>Runden %1</translation>
    </message>
    <message>
        <source>clipping %1</source>
        <translation>Beschneiden %1</translation>
    </message>
    <message>
        <source>error %1</source>
        <translation>Fehler %1</translation>
    </message>
    <message>
        <source>%1 weights in the bin</source>
        <translation>%1 Gewichte in der Klasse</translation>
    </message>
    <message>
        <source>value %1</source>
        <translation>Wert %1</translation>
    </message>
    <message>
        <source>%1 weights</source>
        <translation>%1 Gewichte</translation>
    </message>
    <message>
        <source>mean error %1</source>
        <translation>mittlerer Fehler %1</translation>
    </message>
    <message>
        <source>rms error %1</source>
        <translation>RMS-Fehler %1</translation>
    </message>
    <message>
        <source>rounding %1, clipping %2 of all squared error</source>
        <translation>Runden %1, Beschneiden %2 vom ganzen quadratischen Fehler</translation>
    </message>
    <message>
        <source>Rounding and clipping are not told apart for this format.</source>
        <translation>Runden und Beschneiden werden bei diesem Format nicht getrennt.</translation>
    </message>
    <message>
        <source>rounding and clipping, not told apart</source>
        <translation>Runden und Beschneiden, nicht getrennt</translation>
    </message>
</context>
<context>
    <name>halfstep::ErrorView</name>
    <message>
        <source>This tensor is kept as it is: there is no error. Choose a scheme on the right.</source>
        <translation>Dieser Tensor bleibt, wie er ist: Es gibt keinen Fehler. Rechts ein Schema wählen.</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>Wird gemessen…</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
</context>
<context>
    <name>halfstep::Explain</name>
    <message>
        <source>The tensor stays as it is stored, in %1, so nothing more is lost.</source>
        <translation>Der Tensor bleibt, wie er gespeichert ist, in %1: mehr geht nicht verloren.</translation>
    </message>
    <message>
        <source>%1 The weights are stored in %2: what that lost comes on top.</source>
        <comment>%1 is another sentence, %2 a data type</comment>
        <translation>%1 Die Gewichte sind in %2 gespeichert: Was dabei verloren ging, kommt hinzu.</translation>
    </message>
    <message>
        <source>%1 %</source>
        <comment>percent</comment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>%1 dB</source>
        <comment>decibels</comment>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>The largest weight is %1 times the standard deviation and stretches the one scale; a scale per channel, or a range that clips it, would help.</source>
        <translation>Das größte Gewicht ist das %1-Fache der Standardabweichung und dehnt die einzige Skala; eine Skala pro Kanal oder ein Bereich, der es beschneidet, würde helfen.</translation>
    </message>
    <message>
        <source>Clipping, not rounding, causes %1 of the error; wider limits would lower it.</source>
        <translation>Beschneiden, nicht Runden, verursacht %1 des Fehlers; weitere Grenzen würden ihn senken.</translation>
    </message>
    <message>
        <source>Rounding, not clipping, causes %1 of the error</source>
        <translation>Runden, nicht Beschneiden, verursacht %1 des Fehlers</translation>
    </message>
    <message>
        <source>All of the error is rounding, nothing is clipped</source>
        <translation>Der ganze Fehler kommt vom Runden, nichts ist beschnitten</translation>
    </message>
    <message>
        <source>The error is %1 of the weights&apos; own size</source>
        <translation>Der Fehler beträgt %1 der Größe der Gewichte</translation>
    </message>
    <message>
        <source>%1, and it is barely noticeable.</source>
        <comment>%1 says what causes the error</comment>
        <translation>%1; er ist kaum zu merken.</translation>
    </message>
    <message>
        <source>.</source>
        <comment>ends a sentence</comment>
        <translation>.</translation>
    </message>
    <message>
        <source>%1; one more bit would gain about %2.</source>
        <comment>%1 says what causes the error, %2 is in dB</comment>
        <translation>%1; ein Bit mehr brächte etwa %2.</translation>
    </message>
    <message>
        <source>This scheme cannot be applied here: %1</source>
        <translation>Dieses Schema ist hier nicht anwendbar: %1</translation>
    </message>
    <message>
        <source>The tensor stays as it is stored, so nothing is lost.</source>
        <translation>Der Tensor bleibt, wie er gespeichert ist; nichts geht verloren.</translation>
    </message>
    <message>
        <source>There is no finite weight to measure.</source>
        <translation>Es gibt kein endliches Gewicht zu messen.</translation>
    </message>
    <message>
        <source>All weights are zero, which every scheme keeps.</source>
        <translation>Alle Gewichte sind null, und das erhält jedes Schema.</translation>
    </message>
    <message>
        <source>Every weight comes back exactly: nothing is lost.</source>
        <translation>Jedes Gewicht kommt exakt zurück: Nichts geht verloren.</translation>
    </message>
    <message>
        <source>Too coarse: a tenth or more of this layer&apos;s energy is error. %1</source>
        <comment>%1 is another sentence</comment>
        <translation>Zu grob: Ein Zehntel der Energie dieser Schicht oder mehr ist Fehler. %1</translation>
    </message>
</context>
<context>
    <name>halfstep::FileController</name>
    <message>
        <source>Opening %1</source>
        <translation>Öffne %1</translation>
    </message>
    <message>
        <source>load %1</source>
        <translation>%1 laden</translation>
    </message>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… und %n weiteres</numerusform>
            <numerusform>… und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 was written. What is not as planned, or has to be known:</source>
        <translation>%1 ist geschrieben. Was nicht wie geplant ist oder bekannt sein muss:</translation>
    </message>
    <message>
        <source>Writing %1: %2</source>
        <translation>Schreibe %1: %2</translation>
    </message>
    <message>
        <source>plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>workspace</source>
        <translation>Arbeitsbereich</translation>
    </message>
    <message>
        <source>Open a model</source>
        <translation>Modell öffnen</translation>
    </message>
    <message>
        <source>Open a model folder</source>
        <translation>Modellordner öffnen</translation>
    </message>
    <message>
        <source>Load a plan</source>
        <translation>Plan laden</translation>
    </message>
    <message>
        <source>Plans and workspaces (*.json *.h5);;All files (*)</source>
        <translation>Pläne und Arbeitsbereiche (*.json *.h5);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Save the plan</source>
        <translation>Plan speichern</translation>
    </message>
    <message>
        <source>Plans (*.json)</source>
        <translation>Pläne (*.json)</translation>
    </message>
    <message>
        <source>Save the workspace</source>
        <translation>Arbeitsbereich speichern</translation>
    </message>
    <message>
        <source>HDF5 workspaces (*.h5)</source>
        <translation>HDF5-Arbeitsbereiche (*.h5)</translation>
    </message>
    <message>
        <source>Export to %1</source>
        <translation>Nach %1 exportieren</translation>
    </message>
    <message>
        <source>The plan for %1 has changes that are not saved.</source>
        <translation>Der Plan für %1 hat Änderungen, die nicht gespeichert sind.</translation>
    </message>
    <message>
        <source>Reading the recipe of %1</source>
        <translation>Lese das Rezept von %1</translation>
    </message>
    <message>
        <source>take the recipe of %1</source>
        <translation>Rezept von %1 übernehmen</translation>
    </message>
    <message>
        <source>Comparing with %1</source>
        <translation>Vergleiche mit %1</translation>
    </message>
    <message>
        <source>Take the recipe of a quantized file</source>
        <translation>Rezept einer quantisierten Datei übernehmen</translation>
    </message>
    <message>
        <source>Compare with the original</source>
        <translation>Mit dem Original vergleichen</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
    <message>
        <source>file</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Reading %1</source>
        <translation>Lese %1</translation>
    </message>
    <message>
        <source>load importance %1</source>
        <translation>Wichtigkeit %1 laden</translation>
    </message>
    <message>
        <source>remove importance</source>
        <translation>Wichtigkeit entfernen</translation>
    </message>
    <message>
        <source>Load importance</source>
        <translation>Wichtigkeit laden</translation>
    </message>
    <message>
        <source>Importance matrices (*.gguf *.dat);;All files (*)</source>
        <translation>Wichtigkeitsmatrizen (*.gguf *.dat);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Load sensitivities</source>
        <translation>Empfindlichkeiten laden</translation>
    </message>
    <message>
        <source>Sensitivities (*.json *.csv *.gguf *.dat);;All files (*)</source>
        <translation>Empfindlichkeiten (*.json *.csv *.gguf *.dat);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Models (*.safetensors *.gguf *.onnx *.pt *.pth *.ckpt *.bin *.keras *.h5 *.hdf5 *.npz *.npy *.index.json *.weights.json);;All files (*)</source>
        <translation>Modelle (*.safetensors *.gguf *.onnx *.pt *.pth *.ckpt *.bin *.keras *.h5 *.hdf5 *.npz *.npy *.index.json *.weights.json);;Alle Dateien (*)</translation>
    </message>
</context>
<context>
    <name>halfstep::FloatBitsStage</name>
    <message>
        <source>zero</source>
        <translation>null</translation>
    </message>
    <message>
        <source>subnormal</source>
        <translation>subnormal</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>normal</translation>
    </message>
    <message>
        <source>infinity</source>
        <translation>unendlich</translation>
    </message>
    <message>
        <source>not a number</source>
        <translation>keine Zahl</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>&amp;Format</translation>
    </message>
    <message>
        <source>&amp;Go to</source>
        <translation>&amp;Gehe zu</translation>
    </message>
    <message>
        <source>0</source>
        <translation>0</translation>
    </message>
    <message>
        <source>0.1</source>
        <translation>0,1</translation>
    </message>
    <message>
        <source>1</source>
        <translation>1</translation>
    </message>
    <message>
        <source>smallest subnormal</source>
        <translation>kleinste subnormale</translation>
    </message>
    <message>
        <source>smallest normal</source>
        <translation>kleinste normale</translation>
    </message>
    <message>
        <source>largest</source>
        <translation>größte</translation>
    </message>
    <message>
        <source>NaN</source>
        <translation>NaN</translation>
    </message>
    <message>
        <source>%1: special</source>
        <translation>%1: besonderer Wert</translation>
    </message>
    <message>
        <source>sign</source>
        <translation>Vorzeichen</translation>
    </message>
    <message>
        <source>exponent</source>
        <translation>Exponent</translation>
    </message>
    <message>
        <source>mantissa</source>
        <translation>Mantisse</translation>
    </message>
    <message>
        <source>this is</source>
        <translation>das ist</translation>
    </message>
    <message>
        <source>to the next</source>
        <translation>bis zur nächsten</translation>
    </message>
    <message>
        <source>off by</source>
        <translation>Abweichung</translation>
    </message>
    <message>
        <source>smallest</source>
        <translation>kleinste</translation>
    </message>
</context>
<context>
    <name>halfstep::GridsStage</name>
    <message>
        <source>&amp;Grid</source>
        <translation>&amp;Raster</translation>
    </message>
    <message>
        <source>uniform (INT4)</source>
        <translation>gleichmäßig (INT4)</translation>
    </message>
    <message>
        <source>logarithmic (log4)</source>
        <translation>logarithmisch (log4)</translation>
    </message>
    <message>
        <source>NF4</source>
        <translation>NF4</translation>
    </message>
    <message>
        <source>FP4 E2M1</source>
        <translation>FP4 E2M1</translation>
    </message>
    <message>
        <source>learned (k-means)</source>
        <translation>gelernt (k-Means)</translation>
    </message>
    <message>
        <source>S&amp;teps learned</source>
        <translation>&amp;Lernschritte</translation>
    </message>
    <message>
        <source>&amp;One step</source>
        <translation>Ein &amp;Schritt</translation>
    </message>
    <message>
        <source>uniform</source>
        <translation>gleichmäßig</translation>
    </message>
    <message>
        <source>logarithmic</source>
        <translation>logarithmisch</translation>
    </message>
    <message>
        <source>FP4</source>
        <translation>FP4</translation>
    </message>
    <message>
        <source>best codebook</source>
        <translation>bestes Codebuch</translation>
    </message>
    <message>
        <source>learned</source>
        <translation>gelernt</translation>
    </message>
    <message>
        <source>%1: %2 levels</source>
        <translation>%1: %2 Stufen</translation>
    </message>
    <message>
        <source>Error ÷ weight</source>
        <translation>Fehler ÷ Gewicht</translation>
    </message>
    <message>
        <source>magnitude of a weight</source>
        <translation>Betrag eines Gewichts</translation>
    </message>
    <message>
        <source>Each level&apos;s share</source>
        <translation>Anteil jeder Stufe</translation>
    </message>
    <message>
        <source>of the weights</source>
        <translation>der Gewichte</translation>
    </message>
    <message>
        <source>of the error</source>
        <translation>des Fehlers</translation>
    </message>
    <message>
        <source>level</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>steps of Lloyd&apos;s algorithm</source>
        <translation>Schritte des Lloyd-Verfahrens</translation>
    </message>
    <message>
        <source>SQNR, dB</source>
        <translation>SQNR, dB</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>1 − 2&lt;sup&gt;−½&lt;/sup&gt; = %1, 2&lt;sup&gt;½&lt;/sup&gt; − 1 = %2; measured: %3 and %4</source>
        <translation>1 − 2&lt;sup&gt;−½&lt;/sup&gt; = %1, 2&lt;sup&gt;½&lt;/sup&gt; − 1 = %2; gemessen: %3 und %4</translation>
    </message>
    <message>
        <source>All weights of this layer are 0.</source>
        <translation>Alle Gewichte dieser Schicht sind 0.</translation>
    </message>
    <message>
        <source>%1 values</source>
        <translation>%1 Werte</translation>
    </message>
</context>
<context>
    <name>halfstep::HistogramPlot</name>
    <message>
        <source>min %1</source>
        <translation>Min. %1</translation>
    </message>
    <message>
        <source>max %1</source>
        <translation>Max. %1</translation>
    </message>
    <message>
        <source>mean %1 ± σ %2</source>
        <translation>Mittel %1 ± σ %2</translation>
    </message>
    <message>
        <source>%1 clipped</source>
        <translation>%1 beschnitten</translation>
    </message>
    <message>
        <source>z %1</source>
        <translation>z %1</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>Choose a tensor to see how its weights are distributed.</source>
        <translation>Einen Tensor wählen, um zu sehen, wie seine Gewichte verteilt sind.</translation>
    </message>
    <message>
        <source>Histogram of %1 weights from %2 to %3, standard deviation %4.</source>
        <translation>Histogramm von %1 Gewichten von %2 bis %3, Standardabweichung %4.</translation>
    </message>
    <message>
        <source>Logarithmic count</source>
        <translation>Anzahl logarithmisch</translation>
    </message>
    <message>
        <source>weights per bin</source>
        <translation>Gewichte pro Klasse</translation>
    </message>
    <message>
        <source>value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Lower clip limit: %1
Drag, or use the arrow keys (Shift: faster)</source>
        <translation>Untere Grenze: %1
Ziehen oder mit den Pfeiltasten bewegen (Umschalt: schneller)</translation>
    </message>
    <message>
        <source>Upper clip limit: %1
Drag, or use the arrow keys (Shift: faster)</source>
        <translation>Obere Grenze: %1
Ziehen oder mit den Pfeiltasten bewegen (Umschalt: schneller)</translation>
    </message>
    <message>
        <source>Zero-point: %1
Drag to move the grid, or use the arrow keys (Shift: faster)</source>
        <translation>Nullpunkt: %1
Ziehen oder Pfeiltasten (Umschalt: schneller) verschieben das Gitter</translation>
    </message>
    <message>
        <source>value %1</source>
        <translation>Wert %1</translation>
    </message>
    <message>
        <source>%1 weights in the bin (%2)</source>
        <translation>%1 Gewichte in der Klasse (%2)</translation>
    </message>
    <message>
        <source>code %1 stands for %2</source>
        <translation>Code %1 steht für %2</translation>
    </message>
    <message>
        <source>clipped</source>
        <translation>beschnitten</translation>
    </message>
    <message>
        <source>value; levels of %1</source>
        <translation>Wert; Stufen von %1</translation>
    </message>
</context>
<context>
    <name>halfstep::ImportanceLabel</name>
    <message>
        <source>importance: %1</source>
        <translation>Wichtigkeit: %1</translation>
    </message>
    <message numerus="yes">
        <source>The inputs of %1 of %n layer(s) are weighted with it.</source>
        <translation>
            <numerusform>Die Eingänge von %1 von %n Schicht werden damit gewichtet.</numerusform>
            <numerusform>Die Eingänge von %1 von %n Schichten werden damit gewichtet.</numerusform>
        </translation>
    </message>
    <message>
        <source>It was made with %1.</source>
        <translation>Erstellt wurde sie mit %1.</translation>
    </message>
    <message>
        <source>Measure without importance</source>
        <translation>Ohne Wichtigkeit messen</translation>
    </message>
</context>
<context>
    <name>halfstep::Inspection</name>
    <message>
        <source>Reading %1</source>
        <translation>Lese %1</translation>
    </message>
    <message>
        <source>clip %1</source>
        <translation>%1 beschneiden</translation>
    </message>
</context>
<context>
    <name>halfstep::InspectorPanel</name>
    <message>
        <source>Output channel of the weight, counted from 0</source>
        <translation>Ausgabekanal des Gewichts, ab 0 gezählt</translation>
    </message>
    <message>
        <source>Input of the weight, counted from 0</source>
        <translation>Eingang des Gewichts, ab 0 gezählt</translation>
    </message>
    <message>
        <source>The weight before</source>
        <translation>Das Gewicht davor</translation>
    </message>
    <message>
        <source>The next weight</source>
        <translation>Das nächste Gewicht</translation>
    </message>
    <message>
        <source>Largest error</source>
        <translation>Größter Fehler</translation>
    </message>
    <message>
        <source>Go to the weight that the scheme changes most</source>
        <translation>Zum Gewicht gehen, das das Schema am stärksten verändert</translation>
    </message>
    <message>
        <source>Largest weight</source>
        <translation>Größtes Gewicht</translation>
    </message>
    <message>
        <source>Go to the weight that is farthest from 0</source>
        <translation>Zum Gewicht gehen, das am weitesten von 0 entfernt ist</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy everything shown here as text</source>
        <translation>Alles hier Gezeigte als Text kopieren</translation>
    </message>
    <message>
        <source>Stored bits of the weight</source>
        <translation>Gespeicherte Bits des Gewichts</translation>
    </message>
    <message>
        <source>Arithmetic from the weight to its code and back</source>
        <translation>Rechnung vom Gewicht zu seinem Code und zurück</translation>
    </message>
    <message>
        <source>Choose a tensor, and click on the map of its channels, or enter a row and a column, to see one weight down to its bits.</source>
        <translation>Einen Tensor wählen und auf die Karte seiner Kanäle klicken oder Zeile und Spalte eingeben, um ein Gewicht bis auf die Bits zu sehen.</translation>
    </message>
    <message>
        <source>%1 → %2, error %3</source>
        <translation>%1 → %2, Fehler %3</translation>
    </message>
    <message>
        <source>Ro&amp;w</source>
        <translation>Zei&amp;le</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>Spalte</translation>
    </message>
</context>
<context>
    <name>halfstep::IssuesPanel</name>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Note</source>
        <comment>severity of an issue</comment>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>(whole model)</source>
        <translation>(ganzes Modell)</translation>
    </message>
    <message numerus="yes">
        <source>%n error(s)</source>
        <translation>
            <numerusform>%n Fehler</numerusform>
            <numerusform>%n Fehler</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n warning(s)</source>
        <translation>
            <numerusform>%n Warnung</numerusform>
            <numerusform>%n Warnungen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n note(s)</source>
        <translation>
            <numerusform>%n Hinweis</numerusform>
            <numerusform>%n Hinweise</numerusform>
        </translation>
    </message>
    <message>
        <source>Issue</source>
        <translation>Problem</translation>
    </message>
    <message>
        <source>Tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>Issues</source>
        <translation>Probleme</translation>
    </message>
    <message>
        <source>Double-click or press Enter to go to the tensor</source>
        <translation>Doppelklick oder Eingabetaste führt zum Tensor</translation>
    </message>
    <message>
        <source>No issues: nothing in this model needs attention.</source>
        <translation>Keine Probleme: Nichts an diesem Modell verlangt Beachtung.</translation>
    </message>
</context>
<context>
    <name>halfstep::JobsPanel</name>
    <message>
        <source>Waiting</source>
        <comment>state of a job</comment>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Running</source>
        <comment>state of a job</comment>
        <translation>Läuft</translation>
    </message>
    <message>
        <source>%1 %</source>
        <comment>percent</comment>
        <translation>%1 %</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <comment>state of a job</comment>
        <translation>Bricht ab…</translation>
    </message>
    <message>
        <source>Done</source>
        <comment>state of a job</comment>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <comment>state of a job</comment>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Failed</source>
        <comment>state of a job</comment>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Cancel “%1”</source>
        <translation>„%1“ abbrechen</translation>
    </message>
    <message>
        <source>Dismiss “%1”</source>
        <translation>„%1“ ausblenden</translation>
    </message>
    <message>
        <source>Nothing is running.</source>
        <translation>Nichts läuft.</translation>
    </message>
    <message>
        <source>Jobs</source>
        <translation>Vorgänge</translation>
    </message>
</context>
<context>
    <name>halfstep::LayerFilter</name>
    <message>
        <source>“%1” needs a number, as in “%2&lt;5”.</source>
        <translation>„%1“ braucht eine Zahl, wie in „%2&lt;5“.</translation>
    </message>
</context>
<context>
    <name>halfstep::LayerRow</name>
    <message>
        <source>scalar</source>
        <comment>shape of rank 0</comment>
        <translation>Skalar</translation>
    </message>
</context>
<context>
    <name>halfstep::LayerTableModel</name>
    <message>
        <source>Kept</source>
        <comment>status: the tensor is not quantized</comment>
        <translation>Unverändert</translation>
    </message>
    <message>
        <source>Waiting</source>
        <comment>status: to be measured</comment>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <comment>status</comment>
        <translation>Wird gemessen…</translation>
    </message>
    <message>
        <source>Measured</source>
        <comment>status</comment>
        <translation>Gemessen</translation>
    </message>
    <message>
        <source>Stale</source>
        <comment>status: figures of an earlier scheme</comment>
        <translation>Veraltet</translation>
    </message>
    <message>
        <source>Refused</source>
        <comment>status: the scheme cannot be applied</comment>
        <translation>Abgelehnt</translation>
    </message>
    <message>
        <source>This tensor stays as it is stored.</source>
        <translation>Dieser Tensor bleibt, wie er gespeichert ist.</translation>
    </message>
    <message>
        <source>This tensor has not been measured yet.</source>
        <translation>Dieser Tensor ist noch nicht gemessen.</translation>
    </message>
    <message>
        <source>The figures are being computed.</source>
        <translation>Die Zahlen werden berechnet.</translation>
    </message>
    <message>
        <source>The figures belong to the scheme shown.</source>
        <translation>Die Zahlen gehören zum gezeigten Schema.</translation>
    </message>
    <message>
        <source>The figures belong to an earlier scheme and will be replaced.</source>
        <translation>Die Zahlen gehören zu einem früheren Schema und werden ersetzt.</translation>
    </message>
    <message>
        <source>The scheme cannot be applied to this tensor.</source>
        <translation>Das Schema ist auf diesen Tensor nicht anwendbar.</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Role</source>
        <comment>what a tensor does in its network</comment>
        <translation>Rolle</translation>
    </message>
    <message>
        <source>Block</source>
        <comment>number of the transformer block</comment>
        <translation>Block</translation>
    </message>
    <message>
        <source>Shape</source>
        <comment>sizes of the tensor&apos;s axes</comment>
        <translation>Form</translation>
    </message>
    <message>
        <source>Type</source>
        <comment>data type as stored</comment>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Scheme</source>
        <comment>quantization scheme</comment>
        <translation>Schema</translation>
    </message>
    <message>
        <source>Bits</source>
        <comment>bits per weight</comment>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Size</source>
        <comment>in bytes</comment>
        <translation>Größe</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Rel. error</source>
        <comment>relative error</comment>
        <translation>Rel. Fehler</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>Empfindlichkeit</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>Status</translation>
    </message>
    <message>
        <source>Bits per weight: everything stored, divided by the number of weights</source>
        <translation>Bits pro Gewicht: alles Gespeicherte, geteilt durch die Zahl der Gewichte</translation>
    </message>
    <message>
        <source>Size with this scheme</source>
        <translation>Größe mit diesem Schema</translation>
    </message>
    <message>
        <source>Signal to quantization noise ratio: higher is better; each bit adds about 6 dB</source>
        <translation>Verhältnis von Signal zu Quantisierungsrauschen: höher ist besser; jedes Bit bringt etwa 6 dB</translation>
    </message>
    <message>
        <source>Relative error: length of the error over length of the weights</source>
        <translation>Relativer Fehler: Länge des Fehlers durch Länge der Gewichte</translation>
    </message>
    <message>
        <source>%1 bytes</source>
        <translation>%1 Bytes</translation>
    </message>
    <message>
        <source>%1 weights</source>
        <translation>%1 Gewichte</translation>
    </message>
    <message>
        <source>bits per weight</source>
        <translation>Bits pro Gewicht</translation>
    </message>
    <message>
        <source>dB</source>
        <comment>decibels</comment>
        <translation>dB</translation>
    </message>
    <message>
        <source>What the layer adds to the error of the whole: how much it counts, times its relative error squared</source>
        <translation>Was die Schicht zum Fehler des Ganzen beiträgt: wie viel sie zählt, mal ihr relativer Fehler zum Quadrat</translation>
    </message>
</context>
<context>
    <name>halfstep::LayerTableView</name>
    <message numerus="yes">
        <source>%n selected</source>
        <comment>layers</comment>
        <translation>
            <numerusform>%n gewählt</numerusform>
            <numerusform>%n gewählt</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 of %n tensor(s)</source>
        <translation>
            <numerusform>%1 von %n Tensor</numerusform>
            <numerusform>%1 von %n Tensoren</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tensor(s)</source>
        <translation>
            <numerusform>%n Tensor</numerusform>
            <numerusform>%n Tensoren</numerusform>
        </translation>
    </message>
    <message>
        <source>&lt;p&gt;Words are looked for in name, role and scheme; all have to match.&lt;/p&gt;&lt;p&gt;&lt;b&gt;role:&lt;/b&gt;ffn_down&amp;nbsp; &lt;b&gt;block:&lt;/b&gt;3-5&amp;nbsp; &lt;b&gt;scheme:&lt;/b&gt;int4&amp;nbsp; &lt;b&gt;dtype:&lt;/b&gt;bf16&amp;nbsp; &lt;b&gt;status:&lt;/b&gt;refused&lt;br&gt;&lt;b&gt;bits&lt;/b&gt;&amp;lt;5&amp;nbsp; &lt;b&gt;sqnr&lt;/b&gt;&amp;lt;20&amp;nbsp; &lt;b&gt;error&lt;/b&gt;&amp;gt;1%&amp;nbsp; &lt;b&gt;size&lt;/b&gt;&amp;gt;10MB&lt;br&gt;A leading minus excludes: -role:norm&lt;/p&gt;</source>
        <comment>keep the words before the colon, they are typed as they are</comment>
        <translation>&lt;p&gt;Wörter werden in Name, Rolle und Schema gesucht; alle müssen vorkommen.&lt;/p&gt;&lt;p&gt;&lt;b&gt;role:&lt;/b&gt;ffn_down&amp;nbsp; &lt;b&gt;block:&lt;/b&gt;3-5&amp;nbsp; &lt;b&gt;scheme:&lt;/b&gt;int4&amp;nbsp; &lt;b&gt;dtype:&lt;/b&gt;bf16&amp;nbsp; &lt;b&gt;status:&lt;/b&gt;refused&lt;br&gt;&lt;b&gt;bits&lt;/b&gt;&amp;lt;5&amp;nbsp; &lt;b&gt;sqnr&lt;/b&gt;&amp;lt;20&amp;nbsp; &lt;b&gt;error&lt;/b&gt;&amp;gt;1%&amp;nbsp; &lt;b&gt;size&lt;/b&gt;&amp;gt;10MB&lt;br&gt;Ein Minus davor schließt aus: -role:norm&lt;/p&gt;</translation>
    </message>
    <message>
        <source>Filter layers: text, role:ffn_down, bits&lt;5 …</source>
        <comment>keep role:ffn_down and bits&lt;5</comment>
        <translation>Schichten filtern: Text, role:ffn_down, bits&lt;5 …</translation>
    </message>
    <message>
        <source>Filter of the layer table</source>
        <translation>Filter der Schichtentabelle</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>Schichten</translation>
    </message>
    <message>
        <source>Apply scheme to &amp;selected layers</source>
        <translation>Schema auf &amp;gewählte Schichten anwenden</translation>
    </message>
    <message>
        <source>Apply scheme to all of the same &amp;role</source>
        <translation>Schema auf alle mit gleicher &amp;Rolle anwenden</translation>
    </message>
    <message>
        <source>Apply scheme to all &amp;feed-forward layers</source>
        <translation>Schema auf alle &amp;Feed-Forward-Schichten anwenden</translation>
    </message>
    <message>
        <source>Apply scheme to &amp;all layers</source>
        <translation>Schema auf &amp;alle Schichten anwenden</translation>
    </message>
    <message>
        <source>R&amp;eset selected layers</source>
        <translation>Gewählte Schichten &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Select all of the sa&amp;me role</source>
        <translation>Alle &amp;mit gleicher Rolle wählen</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Copy as CS&amp;V</source>
        <translation>Als CS&amp;V kopieren</translation>
    </message>
    <message>
        <source>Un&amp;lock selected layers</source>
        <translation>Ausgewählte Schichten ent&amp;sperren</translation>
    </message>
    <message>
        <source>&amp;Lock selected layers at their schemes</source>
        <translation>Ausgewählte Schichten auf ihre Schemata &amp;sperren</translation>
    </message>
</context>
<context>
    <name>halfstep::LearnMode</name>
    <message>
        <source>Start page</source>
        <translation>Startseite</translation>
    </message>
</context>
<context>
    <name>halfstep::LearnView</name>
    <message>
        <source>The claims, measured</source>
        <translation>Die Behauptungen, gemessen</translation>
    </message>
    <message>
        <source>What textbooks and papers say, and what is true of it</source>
        <translation>Was Lehrbücher und Aufsätze sagen und was davon stimmt</translation>
    </message>
    <message>
        <source>Lessons</source>
        <translation>Lektionen</translation>
    </message>
    <message numerus="yes">
        <source>%n lesson file(s) could not be used.</source>
        <translation>
            <numerusform>%n Lektionsdatei konnte nicht verwendet werden.</numerusform>
            <numerusform>%n Lektionsdateien konnten nicht verwendet werden.</numerusform>
        </translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>Lernen</translation>
    </message>
</context>
<context>
    <name>halfstep::LessonPage</name>
    <message>
        <source>What do you expect? Answer the question first.</source>
        <translation>Was erwarten Sie? Beantworten Sie zuerst die Frage.</translation>
    </message>
    <message>
        <source>Use my &amp;layer</source>
        <translation>Meine S&amp;chicht</translation>
    </message>
    <message>
        <source>Open a model and select a layer: then this lesson can be about it</source>
        <translation>Öffnen Sie ein Modell und wählen Sie eine Schicht: Dann kann die Lektion von ihr handeln</translation>
    </message>
    <message>
        <source>Back to the example</source>
        <translation>Zurück zum Beispiel</translation>
    </message>
    <message>
        <source>Try it on %1</source>
        <translation>An %1 ausprobieren</translation>
    </message>
    <message>
        <source>&amp;Reset</source>
        <translation>&amp;Zurücksetzen</translation>
    </message>
    <message>
        <source>Everything as at the beginning, the question included</source>
        <translation>Alles wie am Anfang, auch die Frage</translation>
    </message>
    <message>
        <source>&amp;Present</source>
        <translation>&amp;Vorführen</translation>
    </message>
    <message>
        <source>Large, and without anything else (F5)</source>
        <translation>Groß und ohne alles andere (F5)</translation>
    </message>
    <message>
        <source>Previous lesson</source>
        <translation>Vorige Lektion</translation>
    </message>
    <message>
        <source>Next lesson</source>
        <translation>Nächste Lektion</translation>
    </message>
    <message>
        <source>Previous lesson (Alt+Left)</source>
        <translation>Vorige Lektion (Alt+Links)</translation>
    </message>
    <message>
        <source>Next lesson (Alt+Right)</source>
        <translation>Nächste Lektion (Alt+Rechts)</translation>
    </message>
</context>
<context>
    <name>halfstep::LessonTextsPanel</name>
    <message>
        <source>You expected: &lt;b&gt;%1&lt;/b&gt;</source>
        <translation>Ihre Erwartung: &lt;b&gt;%1&lt;/b&gt;</translation>
    </message>
    <message>
        <source>It is: &lt;b&gt;%1&lt;/b&gt;</source>
        <translation>Es ist: &lt;b&gt;%1&lt;/b&gt;</translation>
    </message>
    <message>
        <source>1  Predict</source>
        <translation>1  Vorhersagen</translation>
    </message>
    <message>
        <source>2  Try it</source>
        <translation>2  Probieren</translation>
    </message>
    <message>
        <source>3  Understand</source>
        <translation>3  Verstehen</translation>
    </message>
    <message>
        <source>&amp;What was that?</source>
        <translation>&amp;Was war das?</translation>
    </message>
    <message>
        <source>Next &amp;lesson</source>
        <translation>Nächste &amp;Lektion</translation>
    </message>
</context>
<context>
    <name>halfstep::LiveNumbersPanel</name>
    <message>
        <source>Bits per weight</source>
        <translation>Bits pro Gewicht</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Relative error</source>
        <translation>Relativer Fehler</translation>
    </message>
    <message>
        <source>Mean squared error</source>
        <translation>Mittlerer quadr. Fehler</translation>
    </message>
    <message>
        <source>Greatest error</source>
        <translation>Größter Fehler</translation>
    </message>
    <message>
        <source>Cosine similarity</source>
        <translation>Kosinus-Ähnlichkeit</translation>
    </message>
    <message>
        <source>Clipped weights</source>
        <translation>Beschnittene Gewichte</translation>
    </message>
    <message>
        <source>Scale</source>
        <translation>Skala</translation>
    </message>
    <message>
        <source>Zero-point</source>
        <translation>Nullpunkt</translation>
    </message>
    <message>
        <source>Everything stored (codes, scales, zero-points), divided by the number of weights</source>
        <translation>Alles Gespeicherte (Codes, Skalen, Nullpunkte), geteilt durch die Zahl der Gewichte</translation>
    </message>
    <message>
        <source>Signal to quantization noise ratio: each bit adds about 6 dB</source>
        <translation>Verhältnis von Signal zu Quantisierungsrauschen: Jedes Bit bringt etwa 6 dB</translation>
    </message>
    <message>
        <source>Length of the error over length of the weights</source>
        <translation>Länge des Fehlers durch Länge der Gewichte</translation>
    </message>
    <message>
        <source>Mean of (x−x̂)²</source>
        <translation>Mittel von (x−x̂)²</translation>
    </message>
    <message>
        <source>Greatest |x−x̂| of all weights</source>
        <translation>Größtes |x−x̂| aller Gewichte</translation>
    </message>
    <message>
        <source>Cosine of the angle between the weights before and after; 1 is the same direction</source>
        <translation>Kosinus des Winkels zwischen den Gewichten davor und danach; 1 ist dieselbe Richtung</translation>
    </message>
    <message>
        <source>Share of the weights outside the range that the codes can represent</source>
        <translation>Anteil der Gewichte außerhalb des Bereichs, den die Codes darstellen</translation>
    </message>
    <message>
        <source>Distance of two codes, where the tensor has one scale</source>
        <translation>Abstand zweier Codes, wenn der Tensor nur eine Skala hat</translation>
    </message>
    <message>
        <source>The code that means 0, where the tensor has one</source>
        <translation>Der Code, der 0 bedeutet, wenn der Tensor nur einen hat</translation>
    </message>
    <message>
        <source>No layer is selected</source>
        <translation>Keine Schicht gewählt</translation>
    </message>
    <message>
        <source>Estimate while you edit; the exact figures follow.</source>
        <translation>Schätzung während der Änderung; die exakten Zahlen folgen.</translation>
    </message>
    <message>
        <source>Better than %1 in the plan: %2</source>
        <translation>Besser als %1 im Plan: %2</translation>
    </message>
    <message>
        <source>Worse than %1 in the plan: %2</source>
        <translation>Schlechter als %1 im Plan: %2</translation>
    </message>
    <message>
        <source>%1 in the plan: %2</source>
        <comment>%1 is a scheme</comment>
        <translation>%1 im Plan: %2</translation>
    </message>
    <message>
        <source>Weighted error</source>
        <translation>Gewichteter Fehler</translation>
    </message>
    <message>
        <source>The relative error with every weight&apos;s importance as a factor: the mean squared input that it is multiplied with</source>
        <translation>Der relative Fehler mit der Wichtigkeit jedes Gewichts als Faktor: dem mittleren Quadrat des Eingangs, mit dem es multipliziert wird</translation>
    </message>
</context>
<context>
    <name>halfstep::MainMenu</name>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Open model…</source>
        <translation>Modell &amp;öffnen…</translation>
    </message>
    <message>
        <source>Open model &amp;folder…</source>
        <translation>Modell&amp;ordner öffnen…</translation>
    </message>
    <message>
        <source>Open &amp;recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>&amp;Try the sample</source>
        <translation>Beispiel &amp;testen</translation>
    </message>
    <message>
        <source>&amp;Close model</source>
        <translation>Modell s&amp;chließen</translation>
    </message>
    <message>
        <source>&amp;Load plan…</source>
        <translation>Plan &amp;laden…</translation>
    </message>
    <message>
        <source>&amp;Save plan</source>
        <translation>Plan &amp;speichern</translation>
    </message>
    <message>
        <source>Save plan &amp;as…</source>
        <translation>Plan speichern &amp;unter…</translation>
    </message>
    <message>
        <source>Save &amp;workspace…</source>
        <translation>&amp;Arbeitsbereich speichern…</translation>
    </message>
    <message>
        <source>&amp;Export plan</source>
        <translation>Plan &amp;exportieren</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Select layers of the same r&amp;ole</source>
        <translation>Schichten &amp;gleicher Rolle wählen</translation>
    </message>
    <message>
        <source>&amp;Filter layers</source>
        <translation>Schichten &amp;filtern</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>Reset &amp;layout</source>
        <translation>&amp;Layout zurücksetzen</translation>
    </message>
    <message>
        <source>&amp;Theme</source>
        <translation>&amp;Farbschema</translation>
    </message>
    <message>
        <source>As the &amp;system</source>
        <translation>Wie das &amp;System</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>&amp;Hell</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>&amp;Dunkel</translation>
    </message>
    <message>
        <source>&amp;Plot</source>
        <translation>D&amp;iagramm</translation>
    </message>
    <message>
        <source>Export as &amp;PNG…</source>
        <translation>Als &amp;PNG exportieren…</translation>
    </message>
    <message>
        <source>Export as &amp;SVG…</source>
        <translation>Als &amp;SVG exportieren…</translation>
    </message>
    <message>
        <source>Export as P&amp;DF…</source>
        <translation>Als P&amp;DF exportieren…</translation>
    </message>
    <message>
        <source>Export figures as &amp;CSV…</source>
        <translation>Zahlen als &amp;CSV exportieren…</translation>
    </message>
    <message>
        <source>Show &amp;everything</source>
        <translation>&amp;Alles zeigen</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>&amp;About Halfstep</source>
        <translation>Ü&amp;ber Halfstep</translation>
    </message>
    <message>
        <source>About Halfstep</source>
        <translation>Über Halfstep</translation>
    </message>
    <message>
        <source>Shows what quantization does to every layer of a neural network, and carries the decision to the runtime that will serve it.&lt;br&gt;&lt;br&gt;Free software under the GNU General Public License, version 3 or later. Uses Qt, QCustomPlot, HDF5 and {fmt}.</source>
        <translation>Zeigt, was Quantisierung mit jeder Schicht eines neuronalen Netzes macht, und trägt die Entscheidung in die Laufzeitumgebung, die es ausführen wird.&lt;br&gt;&lt;br&gt;Freie Software unter der GNU General Public License, Version 3 oder später. Verwendet Qt, QCustomPlot, HDF5 und {fmt}.</translation>
    </message>
    <message>
        <source>the quantized model itself, as a GGUF file that llama.cpp runs</source>
        <translation>das quantisierte Modell selbst, als GGUF-Datei, die llama.cpp ausführt</translation>
    </message>
    <message>
        <source>the quantized model itself as ONNX: an ONNX model with its weights in DequantizeLinear nodes</source>
        <translation>das quantisierte Modell selbst als ONNX: ein ONNX-Modell mit seinen Gewichten in DequantizeLinear-Knoten</translation>
    </message>
    <message>
        <source>a file for llama-quantize --tensor-type-file, and the command that uses it</source>
        <translation>eine Datei für llama-quantize --tensor-type-file und den Befehl, der sie benutzt</translation>
    </message>
    <message>
        <source>&quot;quantization_config&quot; to merge into config.json (compressed-tensors, vLLM): a group for each scheme</source>
        <translation>„quantization_config“ zum Einfügen in config.json (compressed-tensors, vLLM): eine Gruppe für jedes Schema</translation>
    </message>
    <message>
        <source>a recipe (YAML) with which llm-compressor quantizes the model for vLLM</source>
        <translation>ein Rezept (YAML), mit dem llm-compressor das Modell für vLLM quantisiert</translation>
    </message>
    <message>
        <source>&quot;quantization_config&quot; to merge into config.json (GPTQModel, vLLM): one setting, and what differs</source>
        <translation>„quantization_config“ zum Einfügen in config.json (GPTQModel, vLLM): eine Einstellung, und was davon abweicht</translation>
    </message>
    <message>
        <source>&quot;quantization_config&quot; to merge into config.json (AutoAWQ, vLLM): one setting, and what is left out</source>
        <translation>„quantization_config“ zum Einfügen in config.json (AutoAWQ, vLLM): eine Einstellung, und was ausgenommen ist</translation>
    </message>
    <message>
        <source>&quot;quantization_config&quot; to merge into config.json (Transformers): NF4 or int8, and what is left out</source>
        <translation>„quantization_config“ zum Einfügen in config.json (Transformers): NF4 oder int8, und was ausgenommen ist</translation>
    </message>
    <message>
        <source>&quot;quantization_config&quot; to merge into config.json (Transformers): a setting for each kind of module</source>
        <translation>„quantization_config“ zum Einfügen in config.json (Transformers): eine Einstellung für jede Art von Modul</translation>
    </message>
    <message>
        <source>&quot;quantization_config&quot; to merge into config.json (Transformers): torchao&apos;s FqnToConfig</source>
        <translation>„quantization_config“ zum Einfügen in config.json (Transformers): FqnToConfig von torchao</translation>
    </message>
    <message>
        <source>the layer_config of AutoRound, which quantizes the model: a setting for each module</source>
        <translation>die layer_config von AutoRound, das das Modell quantisiert: eine Einstellung für jedes Modul</translation>
    </message>
    <message>
        <source>a recipe (YAML) with which NVIDIA&apos;s Model Optimizer quantizes the model&apos;s weights</source>
        <translation>ein Rezept (YAML), mit dem Model Optimizer von NVIDIA die Gewichte des Modells quantisiert</translation>
    </message>
    <message>
        <source>&quot;quantization&quot; to merge into config.json (mlx-lm): one setting, and what differs</source>
        <translation>„quantization“ zum Einfügen in config.json (mlx-lm): eine Einstellung, und was davon abweicht</translation>
    </message>
    <message>
        <source>a measurement file that leaves exllamav2&apos;s convert.py no choice, and the command for it</source>
        <translation>eine Messdatei, die convert.py von exllamav2 keine Wahl lässt, und den Befehl dafür</translation>
    </message>
    <message>
        <source>TensorQuantOverrides for ONNX Runtime&apos;s static quantization: type and axis of each weight</source>
        <translation>TensorQuantOverrides für die statische Quantisierung von ONNX Runtime: Typ und Achse jedes Gewichts</translation>
    </message>
    <message>
        <source>arguments for the calls of nncf.compress_weights() that quantize a model for OpenVINO</source>
        <translation>Argumente für die Aufrufe von nncf.compress_weights(), die ein Modell für OpenVINO quantisieren</translation>
    </message>
    <message>
        <source>parameter encodings (1.0.0) for AIMET and Qualcomm&apos;s converters, with all scales and offsets</source>
        <translation>Parameter-Encodings (1.0.0) für AIMET und Qualcomms Konverter, mit allen Skalen und Offsets</translation>
    </message>
    <message>
        <source>the plan with every tensor&apos;s scheme, size and measured error, as JSON</source>
        <translation>der Plan mit Schema, Größe und gemessenem Fehler jedes Tensors, als JSON</translation>
    </message>
    <message>
        <source>one row for each tensor: scheme, size and measured error, as CSV</source>
        <translation>eine Zeile für jeden Tensor: Schema, Größe und gemessener Fehler, als CSV</translation>
    </message>
    <message>
        <source>a report with pictures in one file, to read or to attach</source>
        <translation>ein Bericht mit Bildern in einer Datei, zum Lesen oder Anhängen</translation>
    </message>
    <message>
        <source>Lan&amp;guage</source>
        <translation>&amp;Sprache</translation>
    </message>
    <message>
        <source>Compare with ori&amp;ginal…</source>
        <translation>Mit Ori&amp;ginal vergleichen…</translation>
    </message>
    <message>
        <source>Take the reci&amp;pe of a file…</source>
        <translation>Reze&amp;pt einer Datei übernehmen…</translation>
    </message>
    <message>
        <source>Load i&amp;mportance (imatrix)…</source>
        <translation>&amp;Wichtigkeit laden (imatrix)…</translation>
    </message>
    <message>
        <source>Remo&amp;ve importance</source>
        <translation>Wichtigkeit entfer&amp;nen</translation>
    </message>
</context>
<context>
    <name>halfstep::MainWindow</name>
    <message numerus="yes">
        <source>%n layer(s)</source>
        <translation>
            <numerusform>%n Schicht</numerusform>
            <numerusform>%n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>Statistics of all tensors</source>
        <translation>Statistik aller Tensoren</translation>
    </message>
    <message>
        <source>%1 for %2</source>
        <translation>%1 für %2</translation>
    </message>
    <message>
        <source>lock %1</source>
        <translation>%1 sperren</translation>
    </message>
    <message>
        <source>unlock %1</source>
        <translation>%1 entsperren</translation>
    </message>
</context>
<context>
    <name>halfstep::MeasureService</name>
    <message numerus="yes">
        <source>Measuring %n tensor(s)</source>
        <translation>
            <numerusform>Messe %n Tensor</numerusform>
            <numerusform>Messe %n Tensoren</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>halfstep::NothingToShow</name>
    <message>
        <source>This tensor holds %1 values, which are listed but not measured.</source>
        <translation>Dieser Tensor enthält %1-Werte, die aufgeführt, aber nicht gemessen werden.</translation>
    </message>
    <message>
        <source>This tensor has no elements.</source>
        <translation>Dieser Tensor hat keine Elemente.</translation>
    </message>
    <message>
        <source>This model has no weights that are usually quantized.</source>
        <translation>Dieses Modell hat keine Gewichte, die üblicherweise quantisiert werden.</translation>
    </message>
</context>
<context>
    <name>halfstep::NumberText</name>
    <message numerus="yes">
        <source>%n byte(s)</source>
        <translation>
            <numerusform>%n Byte</numerusform>
            <numerusform>%n Bytes</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 dB</source>
        <comment>decibels</comment>
        <translation>%1 dB</translation>
    </message>
    <message>
        <source>%1 %</source>
        <comment>percent</comment>
        <translation>%1 %</translation>
    </message>
</context>
<context>
    <name>halfstep::OutlierStage</name>
    <message>
        <source>&amp;Outlier</source>
        <translation>&amp;Ausreißer</translation>
    </message>
    <message>
        <source>&amp;How many</source>
        <translation>&amp;Wie viele</translation>
    </message>
    <message>
        <source>&amp;Bits</source>
        <translation>&amp;Bits</translation>
    </message>
    <message>
        <source>The weights, and the levels of one scale for all</source>
        <translation>Die Gewichte und die Stufen einer Skala für alle</translation>
    </message>
    <message>
        <source>Outlier</source>
        <translation>Ausreißer</translation>
    </message>
    <message>
        <source>%1 σ</source>
        <translation>%1 σ</translation>
    </message>
    <message>
        <source>weights that share a scale</source>
        <translation>Gewichte, die sich eine Skala teilen</translation>
    </message>
    <message>
        <source>all</source>
        <translation>alle</translation>
    </message>
    <message>
        <source>row</source>
        <translation>Zeile</translation>
    </message>
    <message>
        <source>128</source>
        <translation>128</translation>
    </message>
    <message>
        <source>32</source>
        <translation>32</translation>
    </message>
    <message>
        <source>Error ÷ energy of the other weights</source>
        <translation>Fehler ÷ Energie der übrigen Gewichte</translation>
    </message>
    <message>
        <source>Bits a weight for scales</source>
        <translation>Bits pro Gewicht für Skalen</translation>
    </message>
    <message>
        <source>step ÷ σ</source>
        <translation>Schritt ÷ σ</translation>
    </message>
    <message>
        <source>levels within ±3 σ</source>
        <translation>Stufen innerhalb ±3 σ</translation>
    </message>
    <message>
        <source>%1 of %2</source>
        <translation>%1 von %2</translation>
    </message>
    <message>
        <source>error, one scale</source>
        <translation>Fehler, eine Skala</translation>
    </message>
    <message>
        <source>error, groups of 32</source>
        <translation>Fehler, 32er-Gruppen</translation>
    </message>
    <message>
        <source>error grew by</source>
        <translation>Fehler wuchs um</translation>
    </message>
    <message>
        <source>%1 ×</source>
        <translation>%1 ×</translation>
    </message>
    <message>
        <source>Δ = %1 σ / %2 = %3 σ,  Δ²/12 = %4 σ²</source>
        <translation>Δ = %1 σ / %2 = %3 σ,  Δ²/12 = %4 σ²</translation>
    </message>
</context>
<context>
    <name>halfstep::PaletteStage</name>
    <message>
        <source>&amp;Colours</source>
        <translation>&amp;Farben</translation>
    </message>
    <message>
        <source>&amp;My picture…</source>
        <translation>&amp;Mein Bild…</translation>
    </message>
    <message>
        <source>Takes a picture of yours; it is made small first</source>
        <translation>Nimmt ein Bild von Ihnen; es wird erst verkleinert</translation>
    </message>
    <message>
        <source>Evening at the harbour</source>
        <translation>Abend am Hafen</translation>
    </message>
    <message>
        <source>Choose a picture</source>
        <translation>Bild wählen</translation>
    </message>
    <message>
        <source>Pictures (%1)</source>
        <translation>Bilder (%1)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>%1 · %2</source>
        <translation>%1 · %2</translation>
    </message>
    <message>
        <source>24 bits a pixel · %1</source>
        <translation>24 Bit pro Pixel · %1</translation>
    </message>
    <message>
        <source>Even grid, %1 colours</source>
        <translation>Gleichmäßig, %1 Farben</translation>
    </message>
    <message>
        <source>k-means, %1 colours</source>
        <translation>k-Means, %1 Farben</translation>
    </message>
    <message>
        <source>colours</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>signal to noise, dB</source>
        <translation>Rauschabstand, dB</translation>
    </message>
    <message>
        <source>even grid</source>
        <translation>gleichmäßig</translation>
    </message>
    <message>
        <source>k-means</source>
        <translation>k-Means</translation>
    </message>
    <message>
        <source>Number of colours</source>
        <translation>Anzahl der Farben</translation>
    </message>
    <message>
        <source>red</source>
        <translation>Rot</translation>
    </message>
    <message>
        <source>blue</source>
        <translation>Blau</translation>
    </message>
    <message>
        <source>%1 · %2 pixels</source>
        <translation>%1 · %2 Pixel</translation>
    </message>
    <message>
        <source>k-means gains</source>
        <translation>k-Means gewinnt</translation>
    </message>
    <message>
        <source>bits a pixel</source>
        <translation>Bits pro Pixel</translation>
    </message>
    <message>
        <source>size, palette included</source>
        <translation>Größe mit Palette</translation>
    </message>
    <message>
        <source>%1 pixels · %2 bits + %3 colours · 24 bits = %4</source>
        <translation>%1 Pixel · %2 Bit + %3 Farben · 24 Bit = %4</translation>
    </message>
</context>
<context>
    <name>halfstep::PlotView</name>
    <message>
        <source>Show &amp;everything</source>
        <translation>&amp;Alles zeigen</translation>
    </message>
    <message>
        <source>Copy &amp;picture</source>
        <translation>&amp;Bild kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;figures</source>
        <translation>&amp;Zahlen kopieren</translation>
    </message>
    <message>
        <source>Export as &amp;SVG…</source>
        <translation>Als &amp;SVG exportieren…</translation>
    </message>
    <message>
        <source>Export as P&amp;NG…</source>
        <translation>Als P&amp;NG exportieren…</translation>
    </message>
    <message>
        <source>Export as P&amp;DF…</source>
        <translation>Als P&amp;DF exportieren…</translation>
    </message>
    <message>
        <source>Export figures as &amp;CSV…</source>
        <translation>Zahlen als &amp;CSV exportieren…</translation>
    </message>
</context>
<context>
    <name>halfstep::Presentation</name>
    <message>
        <source>Halfstep: Learn</source>
        <translation>Halfstep: Lernen</translation>
    </message>
    <message>
        <source>Page Down, Page Up: steps   ·   Esc: end</source>
        <translation>Bild ab, Bild auf: Schritte   ·   Esc: Ende</translation>
    </message>
</context>
<context>
    <name>halfstep::QuestionPanel</name>
    <message>
        <source>&amp;Answer</source>
        <translation>&amp;Antworten</translation>
    </message>
    <message>
        <source>S&amp;kip the question</source>
        <translation>Frage ü&amp;berspringen</translation>
    </message>
</context>
<context>
    <name>halfstep::RecentFiles</name>
    <message>
        <source>%1 weights</source>
        <translation>%1 Gewichte</translation>
    </message>
</context>
<context>
    <name>halfstep::RecentFilesList</name>
    <message>
        <source>not found</source>
        <translation>nicht gefunden</translation>
    </message>
    <message>
        <source>%1
is not there any more.</source>
        <comment>%1 is a path</comment>
        <translation>%1
ist nicht mehr da.</translation>
    </message>
    <message>
        <source>%1, not found</source>
        <translation>%1, nicht gefunden</translation>
    </message>
    <message>
        <source>&amp;Open</source>
        <translation>Ö&amp;ffnen</translation>
    </message>
    <message>
        <source>&amp;Remove from this list</source>
        <translation>Aus dieser &amp;Liste entfernen</translation>
    </message>
</context>
<context>
    <name>halfstep::RoleText</name>
    <message>
        <source>Token embedding</source>
        <translation>Token-Einbettung</translation>
    </message>
    <message>
        <source>Position embedding</source>
        <translation>Positionseinbettung</translation>
    </message>
    <message>
        <source>Attention Q</source>
        <translation>Attention Q</translation>
    </message>
    <message>
        <source>Attention K</source>
        <translation>Attention K</translation>
    </message>
    <message>
        <source>Attention V</source>
        <translation>Attention V</translation>
    </message>
    <message>
        <source>Attention QKV</source>
        <translation>Attention QKV</translation>
    </message>
    <message>
        <source>Attention output</source>
        <translation>Attention-Ausgabe</translation>
    </message>
    <message>
        <source>FFN gate</source>
        <comment>feed-forward network</comment>
        <translation>FFN Gate</translation>
    </message>
    <message>
        <source>FFN up</source>
        <comment>feed-forward network</comment>
        <translation>FFN Up</translation>
    </message>
    <message>
        <source>FFN gate + up</source>
        <comment>feed-forward network</comment>
        <translation>FFN Gate + Up</translation>
    </message>
    <message>
        <source>FFN down</source>
        <comment>feed-forward network</comment>
        <translation>FFN Down</translation>
    </message>
    <message>
        <source>Expert router</source>
        <translation>Experten-Router</translation>
    </message>
    <message>
        <source>Output head</source>
        <translation>Ausgabekopf</translation>
    </message>
    <message>
        <source>Convolution</source>
        <translation>Faltung</translation>
    </message>
    <message>
        <source>Recurrent</source>
        <translation>Rekurrent</translation>
    </message>
    <message>
        <source>Dense</source>
        <comment>a fully connected layer</comment>
        <translation>Dicht</translation>
    </message>
    <message>
        <source>Norm</source>
        <comment>a normalization layer</comment>
        <translation>Norm</translation>
    </message>
    <message>
        <source>Bias</source>
        <translation>Bias</translation>
    </message>
    <message>
        <source>Other</source>
        <comment>a tensor of unknown purpose</comment>
        <translation>Andere</translation>
    </message>
</context>
<context>
    <name>halfstep::SchemeEditor</name>
    <message>
        <source>Not for this layer: %1.</source>
        <comment>%1 is the reason</comment>
        <translation>Nicht für diese Schicht: %1.</translation>
    </message>
    <message numerus="yes">
        <source>Not for %n of the selected layers: %1.</source>
        <comment>%1 is the reason</comment>
        <translation>
            <numerusform>Nicht für %n der gewählten Schichten: %1.</numerusform>
            <numerusform>Nicht für %n der gewählten Schichten: %1.</numerusform>
        </translation>
    </message>
    <message>
        <source>%1 bits per weight, %2</source>
        <comment>%2 is a size in bytes</comment>
        <translation>%1 Bit pro Gewicht, %2</translation>
    </message>
    <message>
        <source>The scheme in its notation: FORMAT[:OPTION]…</source>
        <translation>Das Schema in seiner Notation: FORMAT[:OPTION]…</translation>
    </message>
    <message>
        <source>Scheme</source>
        <translation>Schema</translation>
    </message>
    <message numerus="yes">
        <source>Scheme for %n layers</source>
        <translation>
            <numerusform>Schema für %n Schicht</numerusform>
            <numerusform>Schema für %n Schichten</numerusform>
        </translation>
    </message>
    <message>
        <source>Mixed: these layers have different schemes. The first one&apos;s is shown; applying gives all of them the same.</source>
        <translation>Gemischt: Diese Schichten haben verschiedene Schemata. Gezeigt ist das der ersten; Anwenden gibt allen dasselbe.</translation>
    </message>
    <message>
        <source>&amp;Apply to this layer</source>
        <translation>Auf diese Schicht an&amp;wenden</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Apply to %n selected layers</source>
        <translation>
            <numerusform>Auf %n gewählte Schicht an&amp;wenden</numerusform>
            <numerusform>Auf %n gewählte Schichten an&amp;wenden</numerusform>
        </translation>
    </message>
    <message>
        <source>All layers with the role “%1”</source>
        <translation>Alle Schichten mit der Rolle „%1“</translation>
    </message>
    <message>
        <source>All layers that do what a selected one does</source>
        <translation>Alle Schichten, die dasselbe tun wie eine gewählte</translation>
    </message>
    <message>
        <source>Scheme in its notation</source>
        <translation>Schema in seiner Notation</translation>
    </message>
    <message>
        <source>Presets</source>
        <translation>Vorgaben</translation>
    </message>
    <message>
        <source>8-bit integers, a scale per channel: nearly no loss</source>
        <translation>8-Bit-Ganzzahlen, eine Skala pro Kanal: fast kein Verlust</translation>
    </message>
    <message>
        <source>8-bit integers with a zero-point</source>
        <translation>8-Bit-Ganzzahlen mit Nullpunkt</translation>
    </message>
    <message>
        <source>4-bit integers, a scale for each 128 weights</source>
        <translation>4-Bit-Ganzzahlen, eine Skala für je 128 Gewichte</translation>
    </message>
    <message>
        <source>4-bit integers with zero-points, groups of 64, least squared error</source>
        <translation>4-Bit-Ganzzahlen mit Nullpunkten, Gruppen von 64, kleinster quadratischer Fehler</translation>
    </message>
    <message>
        <source>llama.cpp&apos;s 4-bit blocks of 32 weights</source>
        <translation>4-Bit-Blöcke von llama.cpp mit 32 Gewichten</translation>
    </message>
    <message>
        <source>llama.cpp&apos;s 8-bit blocks of 32 weights</source>
        <translation>8-Bit-Blöcke von llama.cpp mit 32 Gewichten</translation>
    </message>
    <message>
        <source>16-bit brain floating point</source>
        <translation>16-Bit-Gleitkomma (Brain Float)</translation>
    </message>
    <message>
        <source>Not quantized</source>
        <translation>Nicht quantisiert</translation>
    </message>
    <message>
        <source>Preset %1</source>
        <comment>%1 is a scheme</comment>
        <translation>Vorgabe %1</translation>
    </message>
    <message>
        <source>All of this &amp;role</source>
        <translation>Alle dieser R&amp;olle</translation>
    </message>
    <message>
        <source>All &amp;layers</source>
        <translation>Alle S&amp;chichten</translation>
    </message>
    <message>
        <source>All layers that can be quantized</source>
        <translation>Alle Schichten, die quantisiert werden können</translation>
    </message>
    <message>
        <source>Nothing to quantize is selected</source>
        <translation>Nichts zu quantisieren gewählt</translation>
    </message>
</context>
<context>
    <name>halfstep::SchemeForm</name>
    <message>
        <source>Whether zero is the middle of the codes or the codes are shifted to fit the weights</source>
        <translation>Ob die Null in der Mitte der Codes liegt oder die Codes passend zu den Gewichten verschoben sind</translation>
    </message>
    <message>
        <source>Which weights share a scale</source>
        <translation>Welche Gewichte sich eine Skala teilen</translation>
    </message>
    <message>
        <source>How many weights along the input axis share a scale</source>
        <translation>Wie viele Gewichte entlang der Eingangsachse sich eine Skala teilen</translation>
    </message>
    <message>
        <source>How a scale is stored; it counts in the bits per weight</source>
        <translation>Wie eine Skala gespeichert ist; das zählt bei den Bits pro Gewicht mit</translation>
    </message>
    <message>
        <source>Multiplies each scale so that the weights&apos; mean square stays as it was</source>
        <translation>Multipliziert jede Skala so, dass das quadratische Mittel der Gewichte erhalten bleibt</translation>
    </message>
    <message>
        <source>Levels are powers of √2 instead of 2: finer, over half the span</source>
        <translation>Stufen sind Potenzen von √2 statt 2: feiner, über die halbe Spanne</translation>
    </message>
    <message>
        <source>&amp;Bits</source>
        <translation>Bi&amp;ts</translation>
    </message>
    <message>
        <source>&amp;Granularity</source>
        <translation>&amp;Granularität</translation>
    </message>
    <message>
        <source>Group si&amp;ze</source>
        <translation>Gruppengr&amp;öße</translation>
    </message>
    <message>
        <source>Ra&amp;nge</source>
        <translation>B&amp;ereich</translation>
    </message>
    <message>
        <source>L&amp;imits</source>
        <translation>Gren&amp;zen</translation>
    </message>
    <message>
        <source>Scale &amp;storage</source>
        <translation>S&amp;kalentyp</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>Lower limit</source>
        <translation>Untere Grenze</translation>
    </message>
    <message>
        <source>Upper limit</source>
        <translation>Obere Grenze</translation>
    </message>
    <message>
        <source>&amp;Keep the second moment (γ)</source>
        <translation>Zweites &amp;Moment erhalten (γ)</translation>
    </message>
    <message>
        <source>Steps of √2</source>
        <translation>Schritte von √2</translation>
    </message>
    <message>
        <source>Symmetric</source>
        <translation>Symmetrisch</translation>
    </message>
    <message>
        <source>Codes from −(2^(b−1)−1) to 2^(b−1)−1; zero is exact</source>
        <translation>Codes von −(2^(b−1)−1) bis 2^(b−1)−1; null ist exakt</translation>
    </message>
    <message>
        <source>Symmetric, full range</source>
        <translation>Symmetrisch, voller Bereich</translation>
    </message>
    <message>
        <source>One more negative code: from −2^(b−1)</source>
        <translation>Ein negativer Code mehr: ab −2^(b−1)</translation>
    </message>
    <message>
        <source>Asymmetric</source>
        <translation>Asymmetrisch</translation>
    </message>
    <message>
        <source>A zero-point shifts the codes to the weights&apos; own range</source>
        <translation>Ein Nullpunkt verschiebt die Codes in den Bereich der Gewichte</translation>
    </message>
    <message>
        <source>One scale per tensor</source>
        <translation>Eine Skala pro Tensor</translation>
    </message>
    <message>
        <source>Smallest and coarsest</source>
        <translation>Am kleinsten und gröbsten</translation>
    </message>
    <message>
        <source>One scale per channel</source>
        <translation>Eine Skala pro Kanal</translation>
    </message>
    <message>
        <source>One scale for each output</source>
        <translation>Eine Skala für jeden Ausgang</translation>
    </message>
    <message>
        <source>One scale per group</source>
        <translation>Eine Skala pro Gruppe</translation>
    </message>
    <message>
        <source>A scale for every few weights along the input axis</source>
        <translation>Eine Skala für je einige Gewichte entlang der Eingangsachse</translation>
    </message>
    <message>
        <source>Minimum to maximum</source>
        <translation>Minimum bis Maximum</translation>
    </message>
    <message>
        <source>Nothing is clipped; outliers stretch the scale</source>
        <translation>Nichts wird beschnitten; Ausreißer dehnen die Skala</translation>
    </message>
    <message>
        <source>Percentile</source>
        <translation>Perzentil</translation>
    </message>
    <message>
        <source>The largest weights beyond this percentile are clipped</source>
        <translation>Die größten Gewichte jenseits dieses Perzentils werden beschnitten</translation>
    </message>
    <message>
        <source>Least squared error</source>
        <translation>Kleinster quadr. Fehler</translation>
    </message>
    <message>
        <source>The limits with the smallest mean squared error</source>
        <translation>Die Grenzen mit dem kleinsten mittleren quadratischen Fehler</translation>
    </message>
    <message>
        <source>Least KL divergence</source>
        <translation>Kleinste KL-Divergenz</translation>
    </message>
    <message>
        <source>The limits that keep the weights&apos; distribution best</source>
        <translation>Die Grenzen, die die Verteilung der Gewichte am besten erhalten</translation>
    </message>
    <message>
        <source>Manual clip</source>
        <translation>Von Hand</translation>
    </message>
    <message>
        <source>Limits set by hand</source>
        <translation>Von Hand gesetzte Grenzen</translation>
    </message>
    <message>
        <source>32 bits (float32)</source>
        <translation>32 Bit (float32)</translation>
    </message>
    <message>
        <source>16 bits (float16)</source>
        <translation>16 Bit (float16)</translation>
    </message>
    <message>
        <source>8 bits, nested</source>
        <translation>8 Bit, verschachtelt</translation>
    </message>
    <message>
        <source>Scales of groups, less their mean, are quantized themselves, as bitsandbytes does</source>
        <translation>Die Skalen der Gruppen, abzüglich ihres Mittels, werden selbst quantisiert, wie in bitsandbytes</translation>
    </message>
    <message>
        <source> %</source>
        <comment>percent, after a number</comment>
        <translation> %</translation>
    </message>
    <message>
        <source>T&amp;ype</source>
        <comment>of a floating-point or GGUF block format</comment>
        <translation>&amp;Typ</translation>
    </message>
    <message>
        <source>Percent&amp;ile</source>
        <translation>Per&amp;zentil</translation>
    </message>
    <message>
        <source>F&amp;ormat</source>
        <translation>&amp;Format</translation>
    </message>
    <message>
        <source>Sy&amp;mmetry</source>
        <translation>S&amp;ymmetrie</translation>
    </message>
</context>
<context>
    <name>halfstep::SchemeOptions</name>
    <message>
        <source>Type a scheme, as in int4:g128</source>
        <translation>Ein Schema eingeben, wie int4:g128</translation>
    </message>
    <message>
        <source>Integer</source>
        <comment>family of number formats</comment>
        <translation>Ganzzahl</translation>
    </message>
    <message>
        <source>Logarithmic</source>
        <comment>family of number formats</comment>
        <translation>Logarithmisch</translation>
    </message>
    <message>
        <source>k-means codebook</source>
        <comment>family of number formats</comment>
        <translation>k-Means-Codebuch</translation>
    </message>
    <message>
        <source>Small floats</source>
        <comment>family of number formats</comment>
        <translation>Kurze Gleitkommazahlen</translation>
    </message>
    <message>
        <source>Block-scaled (MX, NVFP4)</source>
        <comment>family of number formats</comment>
        <translation>Blockweise skaliert (MX, NVFP4)</translation>
    </message>
    <message>
        <source>Floating point</source>
        <comment>family of number formats</comment>
        <translation>Gleitkomma</translation>
    </message>
    <message>
        <source>GGUF block</source>
        <comment>family of number formats</comment>
        <translation>GGUF-Block</translation>
    </message>
    <message>
        <source>Keep as stored</source>
        <comment>not quantized</comment>
        <translation>Unverändert lassen</translation>
    </message>
    <message>
        <source>Evenly spaced levels: value = scale · (code − zero-point)</source>
        <translation>Gleichmäßige Stufen: Wert = Skala · (Code − Nullpunkt)</translation>
    </message>
    <message>
        <source>Powers of two: fine steps near zero, coarse ones far from it</source>
        <translation>Zweierpotenzen: feine Stufen nahe null, grobe weit davon</translation>
    </message>
    <message>
        <source>A codebook of levels fitted to the weights, with the least squared error</source>
        <translation>Ein an die Gewichte angepasstes Codebuch von Stufen mit dem kleinsten quadratischen Fehler</translation>
    </message>
    <message>
        <source>Floating point in 4 to 8 bits, and NF4, with a scale: fine steps near zero</source>
        <translation>Gleitkomma in 4 bis 8 Bit, und NF4, mit Skala: feine Stufen nahe null</translation>
    </message>
    <message>
        <source>Short groups of small floats or integers whose scales take 8 bits</source>
        <translation>Kleine Gruppen kurzer Gleitkomma- oder Ganzzahlen mit Skalen von 8 Bit</translation>
    </message>
    <message>
        <source>A shorter floating-point type, without a scale</source>
        <translation>Ein kürzerer Gleitkommatyp, ohne Skala</translation>
    </message>
    <message>
        <source>A block type of llama.cpp, byte for byte as it writes it</source>
        <translation>Ein Blocktyp von llama.cpp, Byte für Byte, wie es ihn schreibt</translation>
    </message>
    <message>
        <source>The tensor is not touched</source>
        <translation>Der Tensor wird nicht angerührt</translation>
    </message>
    <message>
        <source>Only integer formats have a choice of symmetry.</source>
        <translation>Nur Ganzzahlformate haben eine Wahl der Symmetrie.</translation>
    </message>
    <message>
        <source>A k-means codebook has no scale.</source>
        <translation>Ein k-Means-Codebuch hat keine Skala.</translation>
    </message>
    <message>
        <source>%1 has its scales inside its blocks.</source>
        <translation>%1 hat seine Skalen in den Blöcken.</translation>
    </message>
    <message>
        <source>%1 says itself how its scales are chosen and stored.</source>
        <translation>%1 legt selbst fest, wie seine Skalen gewählt und gespeichert werden.</translation>
    </message>
    <message>
        <source>A tensor that is kept has no scale.</source>
        <translation>Ein unveränderter Tensor hat keine Skala.</translation>
    </message>
    <message>
        <source>%1 has no scale.</source>
        <translation>%1 hat keine Skala.</translation>
    </message>
    <message numerus="yes">
        <source>%1 always has groups of %n weights.</source>
        <translation>
            <numerusform>%1 hat immer Gruppen von %n Gewicht.</numerusform>
            <numerusform>%1 hat immer Gruppen von %n Gewichten.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%1 always has blocks of %n weights.</source>
        <translation>
            <numerusform>%1 hat immer Blöcke von %n Gewicht.</numerusform>
            <numerusform>%1 hat immer Blöcke von %n Gewichten.</numerusform>
        </translation>
    </message>
    <message>
        <source>A k-means codebook is fitted to all weights, without a range.</source>
        <translation>Ein k-Means-Codebuch wird an alle Gewichte angepasst, ohne Bereich.</translation>
    </message>
</context>
<context>
    <name>halfstep::SensitivityMap</name>
    <message>
        <source>exact</source>
        <translation>exakt</translation>
    </message>
</context>
<context>
    <name>halfstep::SensitivityPlot</name>
    <message>
        <source>SQNR</source>
        <translation>SQNR</translation>
    </message>
    <message>
        <source>Relative error</source>
        <translation>Relativer Fehler</translation>
    </message>
    <message>
        <source>What the map shows</source>
        <translation>Was die Karte zeigt</translation>
    </message>
    <message>
        <source>Scheme that tensors are ranked by</source>
        <translation>Schema, nach dem die Tensoren geordnet sind</translation>
    </message>
    <message>
        <source>What costs most: share of all squared error, %1</source>
        <translation>Was am meisten kostet: Anteil am Fehler², %1</translation>
    </message>
    <message>
        <source>How it accumulates through the depth</source>
        <translation>Summe durch die Tiefe</translation>
    </message>
    <message>
        <source>Σ relative error²</source>
        <translation>Σ relativer Fehler²</translation>
    </message>
    <message>
        <source>block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>SQNR in dB</source>
        <translation>SQNR in dB</translation>
    </message>
    <message>
        <source>Rank by the plan</source>
        <translation>Nach dem Plan ordnen</translation>
    </message>
    <message>
        <source>Rank by %1</source>
        <translation>Nach %1 ordnen</translation>
    </message>
    <message>
        <source>plan</source>
        <translation>Plan</translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>Empfindlichkeit</translation>
    </message>
    <message>
        <source>Measure the model with a few schemes to see which tensors suffer.</source>
        <translation>Das Modell mit einigen Schemata messen, um zu sehen, welche Tensoren leiden.</translation>
    </message>
    <message>
        <source>%1 tensors under %2 schemes; most of the error comes from %3.</source>
        <translation>%1 Tensoren unter %2 Schemata; der meiste Fehler kommt von %3.</translation>
    </message>
    <message>
        <source>in</source>
        <translation>ein</translation>
    </message>
    <message>
        <source>out</source>
        <translation>aus</translation>
    </message>
    <message>
        <source>No tensor is measured with this scheme.</source>
        <translation>Kein Tensor ist mit diesem Schema gemessen.</translation>
    </message>
    <message>
        <source>No error: every tensor is reproduced exactly.</source>
        <translation>Kein Fehler: Jeder Tensor wird exakt wiedergegeben.</translation>
    </message>
    <message>
        <source>no figure</source>
        <translation>keine Zahl</translation>
    </message>
    <message>
        <source>exact</source>
        <translation>exakt</translation>
    </message>
    <message>
        <source>relative error %1</source>
        <translation>relativer Fehler %1</translation>
    </message>
    <message>
        <source>sensitivity %1</source>
        <translation>Empfindlichkeit %1</translation>
    </message>
    <message>
        <source>relative error in %</source>
        <translation>relativer Fehler in %</translation>
    </message>
    <message>
        <source>SQNR %1</source>
        <translation>SQNR %1</translation>
    </message>
</context>
<context>
    <name>halfstep::SensitivityView</name>
    <message numerus="yes">
        <source>Measuring %n scheme(s) on every layer</source>
        <translation>
            <numerusform>Messe %n Schema an jeder Schicht</numerusform>
            <numerusform>Messe %n Schemata an jeder Schicht</numerusform>
        </translation>
    </message>
    <message>
        <source>Sensitivity</source>
        <translation>Empfindlichkeit</translation>
    </message>
</context>
<context>
    <name>halfstep::Stage</name>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
</context>
<context>
    <name>halfstep::StartPage</name>
    <message>
        <source>See what quantization does to every layer, and decide the bits.</source>
        <translation>Sehen, was Quantisierung je Schicht macht, und die Bits wählen.</translation>
    </message>
    <message>
        <source>Drop a model here</source>
        <translation>Modell hier ablegen</translation>
    </message>
    <message>
        <source>&amp;Open…</source>
        <translation>Ö&amp;ffnen…</translation>
    </message>
    <message>
        <source>Choose a model file</source>
        <translation>Eine Modelldatei wählen</translation>
    </message>
    <message>
        <source>&amp;Try the sample</source>
        <translation>Beispiel &amp;testen</translation>
    </message>
    <message>
        <source>Open the small language model that comes with Halfstep</source>
        <translation>Das kleine Sprachmodell öffnen, das Halfstep mitbringt</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Clear list</source>
        <translation>Liste leeren</translation>
    </message>
    <message>
        <source>Clear the list of recent models</source>
        <translation>Die Liste der zuletzt geöffneten Modelle leeren</translation>
    </message>
    <message>
        <source>Recent models</source>
        <translation>Zuletzt geöffnete Modelle</translation>
    </message>
    <message>
        <source>&amp;Learn</source>
        <translation>&amp;Lernen</translation>
    </message>
    <message>
        <source>What quantization does and why, discovered by dragging</source>
        <translation>Was Quantisierung bewirkt und warum, durch Ziehen entdeckt</translation>
    </message>
    <message>
        <source>A safetensors, GGUF, ONNX, PyTorch, Keras or NumPy file,
or a folder that holds a model</source>
        <translation>Eine Datei von safetensors, GGUF, ONNX, PyTorch, Keras oder NumPy
oder ein Ordner mit einem Modell</translation>
    </message>
</context>
<context>
    <name>halfstep::TraceSpeech</name>
    <message>
        <source>In the file</source>
        <translation>In der Datei</translation>
    </message>
    <message>
        <source>What shares its scale</source>
        <translation>Was sich die Skala teilt</translation>
    </message>
    <message>
        <source>Quantized</source>
        <translation>Quantisiert</translation>
    </message>
    <message>
        <source>From the weight to its code</source>
        <translation>Vom Gewicht zu seinem Code</translation>
    </message>
    <message>
        <source>And back</source>
        <translation>Und zurück</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Hinweise</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>Gewicht</translation>
    </message>
    <message>
        <source>in float32</source>
        <translation>als float32</translation>
    </message>
    <message>
        <source>largest of the block</source>
        <translation>größtes des Blocks</translation>
    </message>
    <message>
        <source>largest |x| of the block</source>
        <translation>größtes |x| des Blocks</translation>
    </message>
    <message>
        <source>smallest of the block</source>
        <translation>kleinstes des Blocks</translation>
    </message>
    <message>
        <source>scale, unrounded</source>
        <translation>Skala, ungerundet</translation>
    </message>
    <message>
        <source>scale</source>
        <translation>Skala</translation>
    </message>
    <message>
        <source>minimum</source>
        <translation>Minimum</translation>
    </message>
    <message>
        <source>sub-block scale</source>
        <translation>Skala des Teilblocks</translation>
    </message>
    <message>
        <source>sub-block minimum</source>
        <translation>Minimum des Teilblocks</translation>
    </message>
    <message>
        <source>1 / scale</source>
        <translation>1 / Skala</translation>
    </message>
    <message>
        <source>above the minimum</source>
        <translation>über dem Minimum</translation>
    </message>
    <message>
        <source>in units of the scale</source>
        <translation>in Einheiten der Skala</translation>
    </message>
    <message>
        <source>plus half a code</source>
        <translation>plus ein halber Code</translation>
    </message>
    <message>
        <source>rounded</source>
        <translation>gerundet</translation>
    </message>
    <message>
        <source>plus the code of zero</source>
        <translation>plus Code der Null</translation>
    </message>
    <message>
        <source>within the codes</source>
        <translation>innerhalb der Codes</translation>
    </message>
    <message>
        <source>in octaves</source>
        <translation>in Oktaven</translation>
    </message>
    <message>
        <source>steps below largest</source>
        <translation>Schritte unter der größten</translation>
    </message>
    <message>
        <source>place of the level</source>
        <translation>Platz der Stufe</translation>
    </message>
    <message>
        <source>nearest value</source>
        <translation>nächster Wert</translation>
    </message>
    <message>
        <source>code</source>
        <translation>Code</translation>
    </message>
    <message>
        <source>less the code of zero</source>
        <translation>minus Code der Null</translation>
    </message>
    <message>
        <source>value of the code</source>
        <translation>Wert des Codes</translation>
    </message>
    <message>
        <source>times the scale</source>
        <translation>mal Skala</translation>
    </message>
    <message>
        <source>reconstruction</source>
        <translation>Rekonstruktion</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>block</source>
        <translation>Block</translation>
    </message>
    <message>
        <source>codes</source>
        <translation>Codes</translation>
    </message>
    <message>
        <source>zero-point</source>
        <translation>Nullpunkt</translation>
    </message>
    <message>
        <source>codebook</source>
        <translation>Codebuch</translation>
    </message>
    <message>
        <source>unused</source>
        <translation>unbenutzt</translation>
    </message>
    <message>
        <source>sign</source>
        <translation>Vorzeichen</translation>
    </message>
    <message>
        <source>exponent</source>
        <translation>Exponent</translation>
    </message>
    <message>
        <source>mantissa</source>
        <translation>Mantisse</translation>
    </message>
    <message>
        <source>high bits</source>
        <translation>obere Bits</translation>
    </message>
    <message>
        <source>level</source>
        <translation>Stufe</translation>
    </message>
    <message>
        <source>index</source>
        <translation>Index</translation>
    </message>
    <message>
        <source>tensor</source>
        <translation>Tensor</translation>
    </message>
    <message>
        <source>channel</source>
        <translation>Kanal</translation>
    </message>
    <message>
        <source>group</source>
        <translation>Gruppe</translation>
    </message>
    <message>
        <source>sub-block</source>
        <translation>Teilblock</translation>
    </message>
    <message>
        <source>The weight is not finite: it is left out, and its reconstruction counts as 0.</source>
        <translation>Das Gewicht ist nicht endlich: Es wird ausgelassen, und seine Rekonstruktion zählt als 0.</translation>
    </message>
    <message>
        <source>The file holds what an earlier quantization left of the weight.</source>
        <translation>Die Datei enthält, was eine frühere Quantisierung vom Gewicht übrig ließ.</translation>
    </message>
    <message>
        <source>Codes are shown one after the other, lowest bits first; runtimes order them in ways of their own.</source>
        <translation>Codes stehen hier hintereinander, die untersten Bits zuerst; Laufzeiten ordnen sie auf eigene Weise an.</translation>
    </message>
    <message>
        <source>16-bit storage would lose one of the tensor&apos;s scales: 32-bit scales are used.</source>
        <translation>In 16 Bit ginge eine Skala des Tensors verloren: Skalen mit 32 Bit werden verwendet.</translation>
    </message>
    <message>
        <source>gamma: the code was chosen with another scale than the stored one.</source>
        <translation>gamma: Der Code wurde mit einer anderen Skala als der gespeicherten gewählt.</translation>
    </message>
    <message>
        <source>The scale is 0: everything it is for becomes 0.</source>
        <translation>Die Skala ist 0: Alles, wofür sie gilt, wird 0.</translation>
    </message>
    <message>
        <source>A search over the whole block chose this code, not the rounding of this weight alone.</source>
        <translation>Diesen Code wählte eine Suche über den ganzen Block, nicht das Runden dieses einen Gewichts.</translation>
    </message>
    <message>
        <source>Several weights share an index into a codebook: the bits on which this one depends are marked.</source>
        <translation>Mehrere Gewichte teilen sich einen Index in ein Codebuch: Die Bits, von denen dieses abhängt, sind markiert.</translation>
    </message>
    <message>
        <source>How this format lays out its bits is not shown; the numbers are those it is measured with.</source>
        <translation>Wie dieses Format seine Bits anordnet, wird nicht gezeigt; die Zahlen sind die, mit denen es gemessen wird.</translation>
    </message>
    <message>
        <source>The code was cut to the outermost one: the weight is clipped.</source>
        <translation>Der Code wurde auf den äußersten gekappt: Das Gewicht ist beschnitten.</translation>
    </message>
    <message>
        <source>byte</source>
        <translation>Byte</translation>
    </message>
    <message>
        <source>bit</source>
        <translation>Bit</translation>
    </message>
    <message>
        <source>weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>in 64ths</source>
        <translation>in Vierundsechzigsteln</translation>
    </message>
    <message>
        <source>The scale is stored nested, as an 8-bit code: it is shown as it reads back.</source>
        <translation>Die Skala ist verschachtelt gespeichert, als 8-Bit-Code: Sie ist gezeigt, wie sie gelesen wird.</translation>
    </message>
</context>
<context>
    <name>halfstep::TrainingStage</name>
    <message>
        <source>&amp;Data</source>
        <translation>&amp;Daten</translation>
    </message>
    <message>
        <source>two spirals</source>
        <translation>zwei Spiralen</translation>
    </message>
    <message>
        <source>two moons</source>
        <translation>zwei Monde</translation>
    </message>
    <message>
        <source>&amp;Bits</source>
        <translation>&amp;Bits</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>&amp;Start</translation>
    </message>
    <message>
        <source>Sho&amp;w</source>
        <translation>&amp;Zeigen</translation>
    </message>
    <message>
        <source>what was learned</source>
        <translation>das Gelernte</translation>
    </message>
    <message>
        <source>the loss around it</source>
        <translation>den Verlust ringsum</translation>
    </message>
    <message>
        <source>Training small networks</source>
        <translation>Kleine Netze werden trainiert</translation>
    </message>
    <message>
        <source>Loss on data that were not trained on</source>
        <translation>Verlust auf Daten, die nicht trainiert wurden</translation>
    </message>
    <message>
        <source>step</source>
        <translation>Schritt</translation>
    </message>
    <message>
        <source>float</source>
        <translation>Float</translation>
    </message>
    <message>
        <source>with rounding in the loop (QAT)</source>
        <translation>mit Runden beim Lernen (QAT)</translation>
    </message>
    <message>
        <source>rounded afterwards (PTQ)</source>
        <translation>nachträglich gerundet (PTQ)</translation>
    </message>
    <message>
        <source>loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>from here on with rounding</source>
        <translation>ab hier mit Runden</translation>
    </message>
    <message>
        <source>one random direction, in sizes of the weights</source>
        <translation>eine Zufallsrichtung, in Größen der Gewichte</translation>
    </message>
    <message>
        <source>another one</source>
        <translation>eine andere</translation>
    </message>
    <message>
        <source>as far as rounding</source>
        <translation>so weit wie Runden</translation>
    </message>
    <message>
        <source>S&amp;top</source>
        <translation>S&amp;topp</translation>
    </message>
    <message>
        <source>&amp;Train again</source>
        <translation>Erneut &amp;trainieren</translation>
    </message>
    <message>
        <source>Training…</source>
        <translation>Training läuft…</translation>
    </message>
    <message>
        <source>2 · 32 · 32 · 2 neurons, weights of %1 bits</source>
        <translation>2 · 32 · 32 · 2 Neuronen, Gewichte mit %1 Bit</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>Angehalten</translation>
    </message>
    <message>
        <source>PTQ</source>
        <translation>PTQ</translation>
    </message>
    <message>
        <source>QAT</source>
        <translation>QAT</translation>
    </message>
    <message>
        <source>around the float minimum</source>
        <translation>um das Float-Minimum</translation>
    </message>
    <message>
        <source>around the QAT minimum</source>
        <translation>um das QAT-Minimum</translation>
    </message>
    <message>
        <source>loss, float</source>
        <translation>Verlust, Float</translation>
    </message>
    <message>
        <source>right with PTQ</source>
        <translation>richtig mit PTQ</translation>
    </message>
    <message>
        <source>right with QAT</source>
        <translation>richtig mit QAT</translation>
    </message>
    <message>
        <source>float %1, PTQ %2, QAT %3</source>
        <translation>Float %1, PTQ %2, QAT %3</translation>
    </message>
    <message>
        <source>class A</source>
        <translation>Klasse A</translation>
    </message>
    <message>
        <source>class B</source>
        <translation>Klasse B</translation>
    </message>
</context>
<context>
    <name>halfstep::UniformGridStage</name>
    <message>
        <source>&amp;Codes</source>
        <translation>&amp;Codes</translation>
    </message>
    <message>
        <source>&amp;Zero-point</source>
        <translation>&amp;Nullpunkt</translation>
    </message>
    <message>
        <source>free (asymmetric)</source>
        <translation>frei (asymmetrisch)</translation>
    </message>
    <message>
        <source>fixed at 0 (symmetric)</source>
        <translation>fest bei 0 (symmetrisch)</translation>
    </message>
    <message>
        <source>Lower end of the range</source>
        <translation>Unteres Ende des Bereichs</translation>
    </message>
    <message>
        <source>Upper end of the range</source>
        <translation>Oberes Ende des Bereichs</translation>
    </message>
    <message>
        <source>code q</source>
        <translation>Code q</translation>
    </message>
    <message>
        <source>z = %1</source>
        <translation>z = %1</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>value x</source>
        <translation>Wert x</translation>
    </message>
    <message>
        <source>error x − x′</source>
        <translation>Fehler x − x′</translation>
    </message>
    <message>
        <source>Value, at its error</source>
        <translation>Wert, bei seinem Fehler</translation>
    </message>
    <message>
        <source>, clamped</source>
        <translation>, begrenzt</translation>
    </message>
    <message>
        <source>scale s</source>
        <translation>Skala s</translation>
    </message>
    <message>
        <source>zero-point z</source>
        <translation>Nullpunkt z</translation>
    </message>
    <message>
        <source>back: x′</source>
        <translation>zurück: x′</translation>
    </message>
    <message>
        <source>error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>in steps</source>
        <translation>in Schritten</translation>
    </message>
    <message>
        <source>all weights</source>
        <translation>alle Gewichte</translation>
    </message>
</context>
<context>
    <name>halfstep::WaterStage</name>
    <message>
        <source>%1 layers</source>
        <translation>%1 Schichten</translation>
    </message>
    <message>
        <source>%1 and its neighbours</source>
        <translation>%1 und Nachbarn</translation>
    </message>
    <message>
        <source>Layers (weights): %1</source>
        <translation>Schichten (Gewichte): %1</translation>
    </message>
    <message>
        <source>layer</source>
        <translation>Schicht</translation>
    </message>
    <message>
        <source>%1, layer %2</source>
        <translation>%1, Schicht %2</translation>
    </message>
    <message>
        <source>α·σ² and the water</source>
        <translation>α·σ² und das Wasser</translation>
    </message>
    <message>
        <source>above water</source>
        <translation>über Wasser</translation>
    </message>
    <message>
        <source>drowned</source>
        <translation>untergegangen</translation>
    </message>
    <message>
        <source>Water level</source>
        <translation>Wasserstand</translation>
    </message>
    <message>
        <source>λ = %1</source>
        <translation>λ = %1</translation>
    </message>
    <message>
        <source>Bits</source>
        <translation>Bits</translation>
    </message>
    <message>
        <source>formula</source>
        <translation>Formel</translation>
    </message>
    <message>
        <source>rounded</source>
        <translation>gerundet</translation>
    </message>
    <message>
        <source>exact plan</source>
        <translation>exakter Plan</translation>
    </message>
    <message>
        <source>budget %1</source>
        <translation>Budget %1</translation>
    </message>
    <message>
        <source>Sensitivity α</source>
        <translation>Empfindlichkeit α</translation>
    </message>
    <message>
        <source>Variance σ²</source>
        <translation>Varianz σ²</translation>
    </message>
    <message>
        <source>budget, bits a weight</source>
        <translation>Budget, Bits pro Gewicht</translation>
    </message>
    <message>
        <source>loss, %1 bits for all</source>
        <translation>Verlust, %1 Bit für alle</translation>
    </message>
    <message>
        <source>loss, rounded</source>
        <translation>Verlust, gerundet</translation>
    </message>
    <message>
        <source>loss, exact plan</source>
        <translation>Verlust, exakter Plan</translation>
    </message>
    <message>
        <source>drowned layers</source>
        <translation>untergegangene Schichten</translation>
    </message>
    <message>
        <source>layer 1: ½·log&lt;sub&gt;2&lt;/sub&gt;(%1 · %2 / %3) = %4</source>
        <translation>Schicht 1: ½·log&lt;sub&gt;2&lt;/sub&gt;(%1 · %2 / %3) = %4</translation>
    </message>
    <message>
        <source>Measuring the layers around this one…</source>
        <translation>Die Schichten um diese werden gemessen…</translation>
    </message>
</context>
<context>
    <name>halfstep::WeightInspection</name>
    <message>
        <source>Scales of %1</source>
        <translation>Skalen von %1</translation>
    </message>
    <message>
        <source>Looking for a weight</source>
        <translation>Suche nach einem Gewicht</translation>
    </message>
</context>
<context>
    <name>halfstep::WeightsView</name>
    <message>
        <source>Reading the weights…</source>
        <translation>Gewichte werden gelesen…</translation>
    </message>
    <message>
        <source>Weights</source>
        <translation>Gewichte</translation>
    </message>
    <message>
        <source>channel %1</source>
        <translation>Kanal %1</translation>
    </message>
    <message>
        <source>channel %1, from input %2</source>
        <translation>Kanal %1, ab Eingang %2</translation>
    </message>
</context>
<context>
    <name>halfstep::ZeroPointStage</name>
    <message>
        <source>SQNR, dB</source>
        <translation>SQNR, dB</translation>
    </message>
    <message>
        <source>&amp;Bits</source>
        <translation>&amp;Bits</translation>
    </message>
    <message>
        <source>Ske&amp;w</source>
        <translation>Schie&amp;fe</translation>
    </message>
    <message>
        <source>Sh&amp;ift</source>
        <translation>&amp;Verschiebung</translation>
    </message>
    <message>
        <source>Asymmetric, z = %1: %2 levels, %3 unused</source>
        <translation>Asymmetrisch, z = %1: %2 Stufen, %3 ungenutzt</translation>
    </message>
    <message>
        <source>Symmetric: %1 levels, %2 unused</source>
        <translation>Symmetrisch: %1 Stufen, %2 ungenutzt</translation>
    </message>
    <message>
        <source>Shift</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>shift</source>
        <translation>Verschiebung</translation>
    </message>
    <message>
        <source>skew: how far negative values are drawn in to 0, %</source>
        <translation>Schiefe: wie weit negative Werte an 0 gezogen sind, %</translation>
    </message>
    <message>
        <source>symmetric</source>
        <translation>symmetrisch</translation>
    </message>
    <message>
        <source>asymmetric</source>
        <translation>asymmetrisch</translation>
    </message>
    <message>
        <source>Skew</source>
        <translation>Schiefe</translation>
    </message>
    <message>
        <source>All weights of this layer are 0.</source>
        <translation>Alle Gewichte dieser Schicht sind 0.</translation>
    </message>
    <message>
        <source>%1 values</source>
        <translation>%1 Werte</translation>
    </message>
    <message>
        <source>gained</source>
        <translation>Gewinn</translation>
    </message>
    <message>
        <source>unused (sym.)</source>
        <translation>ungenutzt (sym.)</translation>
    </message>
    <message>
        <source>unused (asym.)</source>
        <translation>ungenutzt (asym.)</translation>
    </message>
    <message>
        <source>zero-point z</source>
        <translation>Nullpunkt z</translation>
    </message>
    <message>
        <source>step %1 ÷ step %2 = %3: 20 · log&lt;sub&gt;10&lt;/sub&gt;(%3) = %4</source>
        <translation>Schritt %1 ÷ Schritt %2 = %3: 20 · log&lt;sub&gt;10&lt;/sub&gt;(%3) = %4</translation>
    </message>
</context>
</TS>
